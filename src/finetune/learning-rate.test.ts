import { describe, expect, it } from 'vitest';
import { learningRateAt } from './learning-rate.ts';
import { readTuningGolden } from './testing/golden.ts';

const { schedules } = await readTuningGolden();

describe('the learning rate', () => {
  it.each(schedules)(
    'of $schedule with a warm-up of $warmUp over $total steps is that of PyTorch',
    (golden) => {
      const rates = golden.rates.map((_, step) => learningRateAt(step, golden.total, golden));
      for (const [step, rate] of rates.entries()) {
        expect(Math.abs(rate / golden.rates[step]! - 1), `step ${step}`).toBeLessThan(1e-8);
      }
      expect(golden.rates).toHaveLength(golden.total);
    },
  );

  it.each(['one-cycle', 'cosine', 'constant'] as const)(
    'of %s is finite and positive however few steps there are',
    (schedule) => {
      for (let total = 1; total <= 12; total++) {
        for (const warmUp of [0, 0.1, 0.25, 0.5, 0.9]) {
          for (let step = 0; step < total; step++) {
            const rate = learningRateAt(step, total, { schedule, warmUp, learningRate: 0.5 });
            expect(rate, `step ${step} of ${total}, warm-up ${warmUp}`).toBeGreaterThan(0);
            expect(rate).toBeLessThanOrEqual(0.5);
          }
        }
      }
    },
  );
});
