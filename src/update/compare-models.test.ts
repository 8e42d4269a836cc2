import { describe, expect, it } from 'vitest';
import { compareModels } from './compare-models.ts';
import type { TestedLabels } from './tested-photo.ts';

const same = (...names: string[]): Map<string, string | null> => new Map(names.map((name) => [name, name]));

/** Photos as `key label predicted`; a list of names is joined by `+`, an empty one is `-`. */
function tested(...rows: string[]): TestedLabels[] {
  const names = (cell = ''): string[] => (cell === '-' ? [] : cell.split('+'));
  return rows.map((row) => {
    const [key = '', labels, predicted] = row.split(' ');
    return { key, labels: names(labels), predicted: names(predicted) };
  });
}

describe('compareModels', () => {
  it('counts on the photos that both tested, with the exact McNemar test', () => {
    // Eight photos that only the updated model has right, none the other way: p = 2 / 2^8.
    const keys = ['1', '2', '3', '4', '5', '6', '7', '8'];
    const before = tested(...keys.map((key) => `${key} a b`), '9 a a', '10 a a');
    const after = tested(...keys.map((key) => `${key} a a`), '9 a a', '11 b a', '12 b b');
    const { same: result, others, newClasses } = compareModels(before, after, same('a', 'b'));
    expect(result).toMatchObject({ photos: 9, onlyBefore: 0, onlyAfter: 8, verdict: 'better' });
    expect(result?.before).toEqual({ right: 1, accuracy: 1 / 9 });
    expect(result?.after).toEqual({ right: 9, accuracy: 1 });
    expect(result?.pValue).toBeCloseTo(2 / 256, 12);
    expect(result?.sentence).toMatch(
      /^The updated model is better than the one before by 88\.9 points on 9 photos/,
    );
    expect(result?.perClass).toEqual([{ label: 'a', photos: 9, before: 1, after: 9 }]);
    expect(others).toEqual({ photos: 2, right: 1 });
    expect(newClasses).toEqual([]);
  });

  it('reads the former answers with the new names, and forgives what is one class now', () => {
    const plan = new Map([
      ['rose', 'flower'],
      ['tulip', 'flower'],
      ['cat', 'feline'],
    ]);
    const before = tested('1 rose tulip', '2 cat cat', '3 cat rose');
    const after = tested('1 flower flower', '2 feline feline', '3 feline flower');
    const { same: result } = compareModels(before, after, plan);
    expect([result?.before.right, result?.after.right, result?.onlyBefore, result?.onlyAfter]).toEqual([
      2, 2, 0, 0,
    ]);
    expect(result?.verdict).toBe('undecided');
  });

  it('takes a removed class for a wrong answer', () => {
    const plan = new Map([...same('a', 'b'), ['c', null] as const]);
    const { same: result } = compareModels(tested('1 a c'), tested('1 a a'), plan);
    expect([result?.before.right, result?.onlyAfter]).toEqual([0, 1]);
  });

  it('judges both models by corrected labels', () => {
    const { same: result } = compareModels(
      tested('1 a b', '2 a a'),
      tested('1 b b', '2 a a'),
      same('a', 'b'),
    );
    expect([result?.before.right, result?.after.right]).toEqual([2, 2]);
  });

  it('counts new classes apart', () => {
    const after = tested('1 new a', '2 a new', '3 new new');
    const result = compareModels(tested('1 a a', '2 a a'), after, same('a', 'b'));
    expect(result.same).toMatchObject({ photos: 1, onlyBefore: 1, onlyAfter: 0 });
    expect(result.newClasses).toEqual([{ label: 'new', photos: 2, right: 1 }]);
    expect(result.others).toEqual({ photos: 1, right: 1 });
  });

  it('has no comparison without a common photo', () => {
    expect(compareModels(tested('1 a a'), tested('2 a a'), same('a', 'b')).same).toBeNull();
  });

  it('of several labels takes a photo as right when all are, and leaves new ones out', () => {
    const before = tested('1 a+b a+b', '2 a a+b', '3 - -');
    const after = tested('1 a+b+new a+b', '2 a a', '3 - new');
    const { same: result } = compareModels(before, after, same('a', 'b'));
    expect([result?.photos, result?.before.right, result?.after.right]).toEqual([3, 2, 2]);
    expect(result?.perClass).toEqual([
      { label: 'a', photos: 2, before: 2, after: 2 },
      { label: 'b', photos: 1, before: 1, after: 1 },
    ]);
  });
});
