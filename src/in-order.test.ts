import { describe, expect, it } from 'vitest';
import { collect } from '../test/support/collect.ts';
import { runInOrder } from './in-order.ts';

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('runInOrder', () => {
  it('gives the results in the order of the things, whatever is done first', async () => {
    const delays = [30, 1, 20, 0, 10];
    const results = runInOrder(delays, async (ms) => wait(ms).then(() => ms), 3);
    expect(await collect(results)).toEqual(delays);
  });

  it('never takes more things than its window ahead of what was given, of 100,000', async () => {
    let taken = 0;
    function* things(): Generator<number> {
      for (; taken < 100_000;) yield taken++;
    }
    let given = 0;
    let most = 0;
    for await (const thing of runInOrder(things(), (value) => Promise.resolve(value), 6)) {
      most = Math.max(most, taken - given);
      expect(thing).toBe(given++);
    }
    expect(given).toBe(100_000);
    expect(most).toBeLessThanOrEqual(6);
  });

  it('throws what the work throws when its turn comes, after the results before it', async () => {
    const given: number[] = [];
    const work = async (value: number): Promise<number> => {
      await wait(value === 2 ? 0 : 15);
      if (value === 2) throw new Error('two');
      return value;
    };
    await expect(async () => {
      for await (const value of runInOrder([0, 1, 2, 3], work, 4)) given.push(value);
    }).rejects.toThrow('two');
    expect(given).toEqual([0, 1]);
  });

  it('waits for what has begun when it is left early, and closes its source', async () => {
    const done: number[] = [];
    let closed = false;
    async function* things(): AsyncGenerator<number> {
      try {
        for (let number = 0; ; number++) yield await Promise.resolve(number);
      } finally {
        closed = true;
      }
    }
    const work = async (value: number): Promise<number> => {
      await wait(5);
      done.push(value);
      return value;
    };
    for await (const value of runInOrder(things(), work, 4)) if (value === 1) break;
    expect(closed).toBe(true);
    expect(done).toEqual([0, 1, 2, 3, 4]);
  });

  it('ends when it is cancelled', async () => {
    const controller = new AbortController();
    const work = (value: number): Promise<number> => {
      if (value === 2) controller.abort();
      return Promise.resolve(value);
    };
    const all = collect(runInOrder([0, 1, 2, 3, 4, 5], work, 2, controller.signal));
    await expect(all).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
