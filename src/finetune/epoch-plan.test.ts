import { describe, expect, it } from 'vitest';
import { planEpoch } from './epoch-plan.ts';

const rows = { photos: 300, views: 4 };

describe('planEpoch', () => {
  it('takes every photo once, in another order each epoch and for each seed', () => {
    const plans = [planEpoch(rows, 1, 1), planEpoch(rows, 1, 2), planEpoch(rows, 2, 1)];
    for (const { photos } of plans) {
      expect([...photos].sort((a, b) => a - b)).toEqual(Array.from({ length: 300 }, (_, index) => index));
    }
    const [first, second, third] = plans.map(({ photos }) => photos.join());
    expect(first).not.toBe(second);
    expect(first).not.toBe(third);
    expect(planEpoch(rows, 1, 1)).toEqual(plans[0]);
  });

  it('shows each photo in a view drawn evenly, and a photo in several ones over the epochs', () => {
    const counts = [0, 0, 0, 0];
    const seenOfFirst = new Set<number>();
    for (let epoch = 1; epoch <= 20; epoch++) {
      const { photos, views } = planEpoch(rows, 3, epoch);
      for (const view of views) counts[view]!++;
      seenOfFirst.add(views[photos.indexOf(0)]!);
    }
    // χ² with 3 degrees of freedom lies above 16.3 once in a thousand seeds.
    expect(counts.reduce((sum, count) => sum + (count - 1500) ** 2 / 1500, 0)).toBeLessThan(16.3);
    expect(seenOfFirst.size).toBe(4);
  });
});
