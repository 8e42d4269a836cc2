import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { pixelBudget } from './pixel-budget.ts';

describe('a budget of pixels', () => {
  it('never lets more pixels run at once than its limit, uses the room there is, and keeps the order', async () => {
    const budget = pixelBudget(100);
    const begun: number[] = [];
    let [running, most] = [0, 0];
    const sizes = [30, 60, 20, 90, 10, 100, 50, 50, 1];
    await Promise.all(
      sizes.map((pixels, index) =>
        budget.spend(pixels, async () => {
          begun.push(index);
          most = Math.max(most, (running += pixels));
          await sleep(5 + (index % 3));
          running -= pixels;
        }),
      ),
    );
    expect(begun).toEqual([...sizes.keys()]);
    expect(most).toBe(100);
  });

  it('runs what is larger than its limit alone, and goes on afterwards', async () => {
    const budget = pixelBudget(100);
    let running = 0;
    const together: number[] = [];
    const work = async (): Promise<void> => {
      running++;
      await sleep(2);
      together.push(running);
      running--;
    };
    await Promise.all([40, 500, 300, 40, 40].map((pixels) => budget.spend(pixels, work)));
    expect(together).toEqual([1, 1, 1, 2, 1]);
  });

  it('gives the room of failed work back, whether it throws at once or later', async () => {
    const budget = pixelBudget(10);
    const outcomes = await Promise.allSettled([
      budget.spend(10, () => Promise.reject(new Error('later'))),
      budget.spend(10, () => {
        throw new Error('at once');
      }),
      budget.spend(10, () => Promise.resolve('done')),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
    expect(await budget.spend(10, () => Promise.resolve(7))).toBe(7);
  });
});
