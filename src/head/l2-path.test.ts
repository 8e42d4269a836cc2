import { describe, expect, it } from 'vitest';
import { followL2 } from './l2-path.ts';

const grid = [1, 0.1, 0.01, 0.001, 0.0001, 0.00001];

/** Follows given log losses; what was measured, in the order it was. */
async function follow(
  losses: readonly number[],
  walk: Parameters<typeof followL2>[2] = {},
): Promise<{ l2: number; measured: number[]; trials: number[] }> {
  const measured: number[] = [];
  const { l2, trials } = await followL2(
    grid,
    (value) => {
      measured.push(value);
      return Promise.resolve({ accuracy: 0.5, crossEntropy: losses[grid.indexOf(value)] ?? NaN });
    },
    walk,
  );
  return { l2, measured, trials: trials.map((trial) => trial.l2) };
}

describe('followL2', () => {
  it('goes on past one worse value and ends after two', async () => {
    expect(await follow([5, 4, 4.5, 3, 3.5, 3.2])).toMatchObject({ l2: 0.001, measured: grid });
    expect(await follow([5, 4, 4.5, 4.2, 1, 1])).toMatchObject({ l2: 0.1, measured: grid.slice(0, 4) });
  });

  it('keeps the stronger penalty where a weaker one gains next to nothing', async () => {
    expect(await follow([2, 1, 0.9995, 0.9991, 0, 0])).toMatchObject({ l2: 0.1 });
  });

  it('walks to weaker values from its start, and to stronger ones when those are no better', async () => {
    const walk = { start: 3, patience: 1 };
    expect(await follow([9, 9, 9, 2, 1, 3], walk)).toMatchObject({ l2: 0.0001, measured: grid.slice(3) });
    expect(await follow([5, 3, 1, 2, 4, 9], walk)).toEqual({
      l2: 0.01,
      measured: [0.001, 0.0001, 0.01, 0.1],
      trials: [0.1, 0.01, 0.001, 0.0001],
    });
  });

  it('keeps its start between two worse neighbours', async () => {
    expect(await follow([9, 9, 3, 2, 3, 9], { start: 3, patience: 1 })).toEqual({
      l2: 0.001,
      measured: [0.001, 0.0001, 0.01],
      trials: [0.01, 0.001, 0.0001],
    });
  });
});
