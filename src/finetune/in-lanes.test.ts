import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { inLanes } from './in-lanes.ts';

describe('inLanes', () => {
  it('begins pieces in their order, one at a time on a worker and the next on a free one', async () => {
    const begun: number[] = [];
    const workersOf = new Map<number, number>();
    const busy = new Set<number>();
    await inLanes(2, 5, async (piece, worker) => {
      begun.push(piece);
      workersOf.set(piece, worker);
      expect(busy.has(worker)).toBe(false);
      busy.add(worker);
      // The first piece takes longer than all others.
      await setTimeout(piece === 0 ? 80 : 5);
      busy.delete(worker);
    });
    expect(begun).toEqual([0, 1, 2, 3, 4]);
    expect([...workersOf.values()]).toEqual([0, 1, 1, 1, 1]);
  });

  it('begins no more after a failure, and throws it once the others have ended', async () => {
    const ended: number[] = [];
    const work = inLanes(2, 6, async (piece) => {
      if (piece === 0) throw new Error('piece 0 failed');
      await setTimeout(20);
      ended.push(piece);
    });
    await expect(work).rejects.toThrow('piece 0 failed');
    expect(ended).toEqual([1]);
  });
});
