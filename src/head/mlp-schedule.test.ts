import { describe, expect, it } from 'vitest';
import { planSteps } from './mlp-schedule.ts';
import { createRandom } from './random.ts';

const rows = Int32Array.of(3, 5, 8, 13, 21, 34);
const plan = { batch: 2, totalSteps: 9, learningRate: 0.5, weightDecay: 0.1, mixup: 0.4 };

describe('planSteps', () => {
  it('takes each row once an epoch, in another order each time, across calls', () => {
    const take = planSteps(rows, plan, createRandom('epochs'));
    const taken = [...take(2).batches, ...take(1).batches, ...take(3).batches];
    const [first, second] = [taken.slice(0, 6), taken.slice(6)];
    const sorted = (values: number[]): number[] => values.toSorted((a, b) => a - b);
    expect(sorted(first)).toEqual([...rows]);
    expect(sorted(second)).toEqual([...rows]);
    expect(first).not.toEqual(second);
    expect([...rows]).toEqual([3, 5, 8, 13, 21, 34]);
  });

  it('mixes each batch with itself, and with nothing when mixup is 0', () => {
    const mixed = planSteps(rows, { ...plan, batch: 6 }, createRandom('mixup'))(5);
    for (let step = 0; step < 5; step++) {
      const own = (values: Int32Array): number[] =>
        [...values.subarray(step * 6, (step + 1) * 6)].sort((a, b) => a - b);
      expect(own(mixed.partners)).toEqual(own(mixed.batches));
      expect(mixed.shares[step]).toBeLessThanOrEqual(1);
    }
    expect(mixed.partners).not.toEqual(mixed.batches);
    expect(new Set(mixed.shares).size).toBe(5);

    const plain = planSteps(rows, { ...plan, mixup: 0 }, createRandom('mixup'))(5);
    expect(plain.partners).toEqual(plain.batches);
    expect([...plain.shares]).toEqual([1, 1, 1, 1, 1]);
  });

  it('lets the rate fall from its start to 0 along half a cosine, corrected as Adam wants it', () => {
    const { stepSizes, velocityScales, decays } = planSteps(rows, plan, createRandom('rates'))(9);
    for (let step = 0; step < 9; step++) {
      const rate = (0.5 * (1 + Math.cos((Math.PI * step) / 9))) / 2;
      expect(stepSizes[step]).toBeCloseTo(rate / (1 - 0.9 ** (step + 1)), 6);
      expect(decays[step]).toBeCloseTo(rate * 0.1, 7);
      expect(velocityScales[step]! * (1 - 0.999 ** (step + 1))).toBeCloseTo(1, 4);
    }
    expect(decays[0]).toBeCloseTo(0.05, 7);
  });
});
