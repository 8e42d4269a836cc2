import { describe, expect, it } from 'vitest';
import { judge } from './judge.ts';

const measured = {
  first: 'old',
  name: 'new',
  accuracy: 0.02,
  onlyFirst: 4,
  onlyThis: 9,
  adjustedPValue: 0.02,
  basis: '115 photos',
};

describe('the verdict', () => {
  it.each([
    [0.02, 0.049, 'better'],
    [-0.02, 0.049, 'worse'],
    [0.02, 0.05, 'undecided'],
    [-0.02, 0.3, 'undecided'],
    [0, 0.01, 'undecided'],
    [0.02, null, 'undecided'],
  ] as const)('of a difference of %d with p = %d is %s', (accuracy, adjustedPValue, verdict) => {
    expect(judge({ ...measured, accuracy, adjustedPValue, unknown: '' }).verdict).toBe(verdict);
  });

  it.each([
    [0.02, '1 of 50 comparisons'],
    [0.0499, '1 of 20 comparisons'],
    [0.0123, '1 of 81 comparisons'],
    // 1 / 0.0006 is 1666.7: two digits, never rarer than it is.
    [0.0006, '1 of 1,600 comparisons'],
    [1e-9, 'fewer than 1 of a million comparisons'],
    [0, 'fewer than 1 of a million comparisons'],
    [0.0501, '5 of 100 comparisons'],
    [0.344, '34 of 100 comparisons'],
    [1, 'almost every comparison'],
  ])('says of p = %d that chance gives such a difference in %s', (adjustedPValue, chance) => {
    const { sentence } = judge({ ...measured, adjustedPValue });
    expect(sentence).toContain(
      `if both were equally good, a difference this large would come by chance in ${chance}.`,
    );
  });

  it('says by how much, in points', () => {
    expect(judge(measured).sentence).toMatch(/^new is better than old by 2\.0 points on 115 photos: /);
    expect(judge({ ...measured, accuracy: -0.01 }).sentence).toMatch(
      /^new is worse than old by 1\.0 point on /,
    );
    expect(judge({ ...measured, adjustedPValue: 0.5 }).sentence).toMatch(
      /^The data cannot tell new from old on 115 photos: if /,
    );
  });

  it('says why nothing can be said', () => {
    expect(judge({ ...measured, adjustedPValue: null, unknown: 'reason.' }).sentence).toBe(
      'The data cannot tell new from old on 115 photos: reason.',
    );
    expect(judge({ ...measured, accuracy: 0, onlyFirst: 0, onlyThis: 0, adjustedPValue: 1 }).sentence).toBe(
      'The data cannot tell new from old on 115 photos: both are right on the same photos.',
    );
  });
});
