import { describe, expect, it } from 'vitest';
import { assignFolds } from './folds.ts';

function manyRows(rows: number, classes: number): { labels: Int32Array; identities: string[] } {
  return {
    labels: Int32Array.from({ length: rows }, (_, row) => row % classes),
    identities: Array.from({ length: rows }, (_, row) => `photo ${row}`),
  };
}

describe('assignFolds', () => {
  it('deals every class evenly over folds of equal size', () => {
    const { labels, identities } = manyRows(103, 4);
    const { count, ofRow } = assignFolds(labels, identities, 5, 0);
    expect(count).toBe(5);
    for (let fold = 0; fold < 5; fold++) {
      const rows = [...ofRow.keys()].filter((row) => ofRow[row] === fold);
      expect([20, 21]).toContain(rows.length);
      for (let label = 0; label < 4; label++) {
        expect([5, 6]).toContain(rows.filter((row) => labels[row] === label).length);
      }
    }
  });

  it('keeps rows of equal identity together', () => {
    const { labels } = manyRows(60, 2);
    const identities = Array.from({ length: 60 }, (_, row) => `photo ${row % 20}`);
    const { ofRow } = assignFolds(labels, identities, 5, 0);
    for (let row = 20; row < 60; row++) expect(ofRow[row]).toBe(ofRow[row - 20]);
    expect(new Set(ofRow).size).toBe(5);
  });

  it('does not depend on the order of the rows, and does on the seed', () => {
    const { labels, identities } = manyRows(60, 3);
    const { ofRow } = assignFolds(labels, identities, 5, 1);
    const reversed = assignFolds(labels.toReversed(), identities.toReversed(), 5, 1);
    expect(reversed.ofRow.toReversed()).toEqual(ofRow);
    expect(assignFolds(labels, identities, 5, 2).ofRow).not.toEqual(ofRow);
  });

  it('never holds out the only photo of a class, so that each training has every class', () => {
    const labels = Int32Array.of(0, 0, 0, 1, 2, 2);
    const { count, ofRow } = assignFolds(labels, ['a', 'b', 'c', 'd', 'e', 'f'], 5, 0);
    expect(count).toBe(5);
    expect(ofRow[3]).toBe(-1);
    for (let fold = 0; fold < count; fold++) {
      const left = new Set([...labels].filter((_, row) => ofRow[row] !== fold));
      expect(left).toEqual(new Set([0, 1, 2]));
    }
  });

  it('makes fewer folds of few photos and none when nothing can be held out', () => {
    expect(assignFolds(Int32Array.of(0, 0, 1), ['a', 'b', 'c'], 5, 0).count).toBe(2);
    expect(assignFolds(Int32Array.of(0, 1), ['a', 'b'], 5, 0)).toEqual({
      count: 0,
      ofRow: Int32Array.of(-1, -1),
    });
  });
});
