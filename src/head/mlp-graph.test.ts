import { describe, expect, it } from 'vitest';
import { readHeadGolden } from '../../test/fixtures/head-golden.ts';
import { floats } from '../onnx/build.ts';
import type { Tensor } from '../onnx/graph.ts';
import { openSessions } from '../runtime/session-pool.ts';
import { biasCorrections, buildMlpGraph, type MlpShape, parameterSizes } from './mlp-graph.ts';
import { createRandom } from './random.ts';

function indices(values: readonly number[], dims: readonly number[]): Tensor {
  return { type: 'int64', dims, data: BigInt64Array.from(values, BigInt) };
}

interface Problem {
  shape: MlpShape;
  smoothing: number;
  features: number[];
  labels: number[];
  rowWeights: number[];
  batches: number[];
  partners: number[];
  batch: number;
  shares: number[];
  rates: number[];
  decay: number;
  start: number[];
}

async function runGraph(problem: Problem): Promise<Record<'parameters' | 'momentum' | 'logits', number[]>> {
  const { shape, labels, batches, batch, rates, start } = problem;
  const steps = rates.length;
  await using pool = await openSessions(buildMlpGraph(shape, problem.smoothing), { workers: 1 });
  const corrections = rates.map((_, step) => biasCorrections(step + 1));
  const zeros = (): Tensor => floats([start.length], new Float32Array(start.length));
  const outputs = await pool.run({
    features: floats([labels.length, shape.columns], problem.features),
    labels: indices(labels, [labels.length]),
    rowWeights: floats([labels.length, 1], problem.rowWeights),
    batches: indices(batches, [steps, batch]),
    partners: indices(problem.partners, [steps, batch]),
    shares: floats([steps], problem.shares),
    stepSizes: floats(
      [steps],
      rates.map((rate, step) => rate / (corrections[step]?.momentum ?? NaN)),
    ),
    velocityScales: floats(
      [steps],
      corrections.map(({ velocity }) => 1 / velocity),
    ),
    decays: floats(
      [steps],
      rates.map((rate) => rate * problem.decay),
    ),
    batchShare: floats([], [1 / batch]),
    chosen: indices([...labels.keys()], [labels.length]),
    parameters: floats([start.length], start),
    momentum: zeros(),
    velocity: zeros(),
  });
  const read = (name: string): number[] => Array.from(outputs[name]?.data as Float32Array);
  return { parameters: read('newParameters'), momentum: read('newMomentum'), logits: read('logits') };
}

/** The loss of one batch in float64 and plain loops. */
function lossByLoops(problem: Problem, parameters: readonly number[]): number {
  const { shape, features, labels, rowWeights, batches, partners, batch, smoothing } = problem;
  const { columns, hidden, classes } = shape;
  const [w1, b1, w2] = parameterSizes(shape);
  const share = problem.shares[0] ?? NaN;
  let loss = 0;
  for (let i = 0; i < batch; i++) {
    const [own = 0, other = 0] = [batches[i], partners[i]];
    const x = Array.from(
      { length: columns },
      (_, c) => share * features[own * columns + c]! + (1 - share) * features[other * columns + c]!,
    );
    const units = Array.from({ length: hidden }, (_, h) =>
      Math.max(
        0,
        x.reduce((sum, value, c) => sum + value * parameters[h * columns + c]!, parameters[w1 + h]!),
      ),
    );
    const logits = Array.from({ length: classes }, (_, k) =>
      units.reduce(
        (sum, value, h) => sum + value * parameters[w1 + b1 + k * hidden + h]!,
        parameters[w1 + b1 + w2 + k]!,
      ),
    );
    const logSum = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
    const crossEntropy = (label: number): number =>
      logits.reduce((sum, logit, k) => {
        const target = smoothing / classes + (k === label ? 1 - smoothing : 0);
        return sum + target * (logSum - logit);
      }, 0);
    loss += share * rowWeights[own]! * crossEntropy(labels[own]!);
    loss += (1 - share) * rowWeights[other]! * crossEntropy(labels[other]!);
  }
  return loss / batch;
}

describe('buildMlpGraph', () => {
  it('takes the gradient that finite differences in float64 give', async () => {
    const shape = { columns: 4, hidden: 6, classes: 3 };
    const random = createRandom('mlp graph');
    const draw = (length: number): number[] => Array.from({ length }, () => random.truncatedNormal());
    const problem = {
      shape,
      smoothing: 0.2,
      features: draw(20),
      labels: [0, 2, 1, 1, 0],
      rowWeights: [1, 0.5, 2, 1, 3],
      batches: [0, 1, 4],
      partners: [4, 3, 2],
      batch: 3,
      shares: [0.7],
      rates: [0],
      decay: 0,
      start: draw(parameterSizes(shape).reduce((sum, size) => sum + size, 0)),
    };
    // The first step's momentum is a tenth of the gradient.
    const gradient = (await runGraph(problem)).momentum.map((value) => 10 * value);
    const start = problem.start.map(Math.fround);
    for (const [index, component] of gradient.entries()) {
      const moved = (step: number): number =>
        lossByLoops(problem, start.with(index, (start[index] ?? NaN) + step));
      expect(component).toBeCloseTo((moved(1e-5) - moved(-1e-5)) / 2e-5, 5);
    }
  });

  it("follows PyTorch's AdamW over several steps", async () => {
    const golden = (await readHeadGolden()).adamw;
    const shape = { columns: golden.columns, hidden: golden.hidden, classes: golden.classes };
    const { parameters, logits } = await runGraph({ ...golden, shape });
    for (const [index, value] of golden.parameters.entries()) expect(parameters[index]).toBeCloseTo(value, 4);
    for (const [index, value] of golden.logits.entries()) expect(logits[index]).toBeCloseTo(value, 4);
  });
});
