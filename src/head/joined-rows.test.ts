import { describe, expect, it } from 'vitest';
import { drawFeatures, unreadable, withViews } from '../../test/fixtures/draw-features.ts';
import { assignFolds } from './folds.ts';
import { holdOutFolds, joinRows } from './joined-rows.ts';

const draw = { columns: 2, classes: 2, separation: 1 };

describe('joinRows', () => {
  it('puts the rows to learn from first, and after them those to judge by where they are others', () => {
    const training = withViews(drawFeatures({ ...draw, rows: 4, name: 'training' }));
    const validation = drawFeatures({ ...draw, rows: 3, name: 'validation' });
    const joined = joinRows({ training, validation });
    expect(joined.learnCount).toBe(11);
    expect([...joined.learn]).toEqual([...Array<number>(11).fill(1), ...Array<number>(7).fill(0)]);
    expect(joined.judge).toEqual([11, 12, 13, 14, 15, 16, 17]);
    expect(joined.identities.slice(9, 13)).toEqual([
      'validation 1',
      'validation 2',
      'training 0',
      'training 1',
    ]);
    expect(joined.validation.rows).toEqual([15, 16, 17]);
    expect([...joined.validation.rowWeights]).toEqual([
      ...Array<number>(8).fill(1),
      ...Array<number>(10).fill(0),
    ]);
  });

  it('judges by the rows to learn from where there are no others', () => {
    const [training, validation] = [unreadable(4, 2), unreadable(2, 2)];
    const joined = joinRows({ training, validation });
    expect(joined.parts).toHaveLength(2);
    expect(joined.judge).toEqual([0, 1, 2, 3, 4, 5]);
    expect(joined.validation.rows).toEqual([4, 5]);
  });
});

describe('holdOutFolds', () => {
  it('learns from no row of a photo whose fold is held out', () => {
    const training = withViews(drawFeatures({ ...draw, rows: 12, name: 'training' }));
    const joined = joinRows({ training, validation: unreadable(0, 2) });
    const holdOuts = holdOutFolds(joined, assignFolds(joined.labels, joined.identities, 3, 0), 2);
    expect(holdOuts.flatMap(({ rows }) => rows).sort((a, b) => a - b)).toEqual(joined.judge);
    for (const { rowWeights, rows } of holdOuts) {
      const out = new Set(rows.map((row) => joined.identities[row]));
      for (const [row, weight] of rowWeights.entries()) {
        expect(weight).toBe(row < 24 && !out.has(joined.identities[row]) ? 1 : 0);
      }
    }
  });

  it('draws rows to judge where the scores of all would take too much memory', () => {
    const joined = joinRows({ training: unreadable(3000, 2), validation: unreadable(0, 2) });
    const folds = assignFolds(joined.labels, joined.identities, 5, 0);
    const judgedWith = (classes: number): number[] =>
      holdOutFolds(joined, folds, classes).flatMap(({ rows }) => rows);
    expect(judgedWith(10_000)).toHaveLength(3000);
    const drawn = judgedWith(20_000);
    expect(drawn).toHaveLength(Math.floor(2 ** 25 / 20_000));
    expect(new Set(drawn).size).toBe(drawn.length);
    expect(judgedWith(20_000)).toEqual(drawn);
  });
});
