import { biasCorrections } from './mlp-graph.ts';
import type { Random } from './random.ts';

/** Steps of a training: which rows each takes and how far it goes. */
export interface MlpSteps {
  readonly count: number;
  /** Rows, `[count, batch]`. */
  readonly batches: Int32Array;
  /** The rows that those are mixed with, `[count, batch]`. */
  readonly partners: Int32Array;
  /** Share of a row in its mixture, `[count]`. */
  readonly shares: Float32Array;
  readonly stepSizes: Float32Array;
  readonly velocityScales: Float32Array;
  readonly decays: Float32Array;
}

/** What a {@link planSteps} depends on. */
export interface MlpPlan {
  readonly batch: number;
  /** Steps of the whole schedule, at whose end the rate is 0. */
  readonly totalSteps: number;
  readonly learningRate: number;
  readonly weightDecay: number;
  /** Parameter of the beta distribution of shares; 0 mixes nothing. */
  readonly mixup: number;
}

/** Gives the next so many steps of a training. */
export type TakeSteps = (count: number) => MlpSteps;

/**
 * Plans a training: each row once an epoch in random order, each batch mixed with itself in another order, and a rate that falls from
 * its start to 0 along half a cosine.
 */
export function planSteps(rows: Int32Array, plan: MlpPlan, random: Random): TakeSteps {
  const { batch, totalSteps, learningRate, weightDecay, mixup } = plan;
  const order = rows.slice();
  let next = order.length;
  let step = 0;
  const draw = (): number => {
    if (next === order.length) {
      shuffle(order, random);
      next = 0;
    }
    return order[next++] ?? 0;
  };
  return (count) => {
    const steps = {
      count,
      batches: new Int32Array(count * batch),
      partners: new Int32Array(count * batch),
      shares: new Float32Array(count).fill(1),
      stepSizes: new Float32Array(count),
      velocityScales: new Float32Array(count),
      decays: new Float32Array(count),
    };
    for (let index = 0; index < count; index++) {
      const own = steps.batches.subarray(index * batch, (index + 1) * batch);
      for (let i = 0; i < batch; i++) own[i] = draw();
      const partners = steps.partners.subarray(index * batch, (index + 1) * batch);
      partners.set(own);
      if (mixup > 0) {
        shuffle(partners, random);
        steps.shares[index] = random.beta(mixup);
      }
      const rate = (learningRate * (1 + Math.cos((Math.PI * step) / totalSteps))) / 2;
      step++;
      const corrections = biasCorrections(step);
      steps.stepSizes[index] = rate / corrections.momentum;
      steps.velocityScales[index] = 1 / corrections.velocity;
      steps.decays[index] = rate * weightDecay;
    }
    return steps;
  };
}

/** Fisher and Yates. */
function shuffle(values: Int32Array, random: Random): void {
  for (let last = values.length - 1; last > 0; last--) {
    const other = random.below(last + 1);
    const value = values[last] ?? 0;
    values[last] = values[other] ?? 0;
    values[other] = value;
  }
}
