import { describe, expect, it } from 'vitest';
import { parseMetadata, formatMetadata, type ModelMetadata } from '../model/metadata.ts';
import { compareScores } from './compare-scores.ts';
import type { ExportPhoto, PhotoScores } from './export-format.ts';

function metadata(more: Partial<ModelMetadata> = {}): ModelMetadata {
  const written = formatMetadata({
    labels: ['a', 'b'],
    preprocess: null,
    backbone: { id: 'x', sha256: null, form: null, taps: [] },
    calibration: { temperature: 1 },
    unknown: null,
  });
  return { ...parseMetadata(written, 'test'), ...more };
}

const photo = (...labels: number[]): ExportPhoto => ({ path: '', file: '', sha256: '', labels });
const scores = (rows: readonly (readonly number[])[], more: Partial<PhotoScores> = {}): PhotoScores => ({
  probabilities: Float32Array.from(rows.flat()),
  readable: rows.map(() => true),
  unknown: null,
  msAPhoto: null,
  ...more,
});

describe('two scorings of the same photos', () => {
  const photos = [photo(0), photo(0), photo(1), photo(1)];
  const before = scores([
    [0.9, 0.1],
    [0.6, 0.4],
    [0.2, 0.8],
    [0.75, 0.25],
  ]);

  it('are told apart photo by photo, by McNemar’s test', () => {
    const after = scores([
      [0.9, 0.1],
      [0.4, 0.6],
      [0.2, 0.8],
      [0.25, 0.75],
    ]);
    const found = compareScores(photos, before, after, metadata());
    expect(found).toMatchObject({
      photos: 4,
      unreadable: 0,
      accuracyBefore: 0.75,
      accuracyAfter: 0.75,
      onlyBefore: 1,
      onlyAfter: 1,
      changed: 2,
      pValue: 1,
      unknownChanged: null,
    });
    expect(found?.largestDifference).toBeCloseTo(0.5, 6);
    expect(found?.meanDifference).toBeCloseTo((0.2 * 2 + 0.5 * 2) / 8, 6);
  });

  it('leave out what one of them could not read, and there is nothing to say of none', () => {
    const after = scores(
      [
        [0, 0],
        [0.6, 0.4],
        [0.2, 0.8],
        [0, 1],
      ],
      { readable: [false, true, true, false] },
    );
    expect(compareScores(photos, before, after, metadata())).toMatchObject({
      photos: 2,
      unreadable: 2,
      accuracyAfter: 1,
    });
    const none = scores(
      [
        [0, 0],
        [0, 0],
        [0, 0],
        [0, 0],
      ],
      { readable: photos.map(() => false) },
    );
    expect(compareScores(photos, before, none, metadata())).toBeUndefined();
  });

  it('count what is no number as wrong and as far off as can be', () => {
    const after = scores([
      [NaN, NaN],
      [0.6, 0.4],
      [0.2, 0.8],
      [0.75, 0.25],
    ]);
    expect(compareScores(photos, before, after, metadata())).toMatchObject({
      accuracyAfter: 0.5,
      largestDifference: 1,
      onlyBefore: 1,
      changed: 1,
    });
  });

  it('of several labels a photo are right when all labels are', () => {
    const several = [photo(), photo(0, 1), photo(1), photo(0)];
    const found = compareScores(
      several,
      before,
      before,
      metadata({ task: 'multi-label', thresholds: [0.95, 0.3] }),
    );
    // None, b, b, none.
    expect(found).toMatchObject({ accuracyBefore: 0.5, changed: 0 });
  });

  it('count the photos that one alone calls unknown', () => {
    const unknown = { method: 'x', threshold: 1, falseRejection: 0.05 };
    const [one, other] = [
      { ...before, unknown: Float32Array.of(0, 2, 0.9, 3) },
      { ...before, unknown: Float32Array.of(0, 0.5, 1.1, 3) },
    ];
    expect(compareScores(photos, one, other, metadata({ unknown }))?.unknownChanged).toBe(2);
  });
});
