import { comparePaired } from '../evaluate/compare-paired.ts';
import { indexOfLargest } from '../evaluate/softmax.ts';
import type { ModelMetadata } from '../model/metadata.ts';
import type { ExportPhoto, PhotoScores } from './export-format.ts';
import type { ExportRecord } from './export-record.ts';

/** The figures of `export.json` that two scorings of the same photos give. */
export type ScoreComparison = Omit<ExportRecord['test'], 'source'>;

/**
 * Compares what a model and its export say of the same photos, with the paired test. Photos that either could not read are left out.
 *
 * @returns undefined when no photo could be read
 */
export function compareScores(
  photos: readonly ExportPhoto[],
  before: PhotoScores,
  after: PhotoScores,
  metadata: ModelMetadata,
): ScoreComparison | undefined {
  const classes = metadata.labels.length;
  const rowOf = ({ probabilities }: PhotoScores, row: number): Float32Array =>
    probabilities.subarray(row * classes, (row + 1) * classes);
  const read = [...photos.keys()].filter(
    (row) => before.readable[row] === true && after.readable[row] === true,
  );
  if (read.length === 0) return undefined;
  const labelsBy = (scores: PhotoScores): string[] =>
    read.map((row) => labelsShown(rowOf(scores, row), metadata).join());
  const [labelsBefore, labelsAfter] = [labelsBy(before), labelsBy(after)];
  const isRight = (label: string, index: number): boolean =>
    label === photos[read[index] ?? -1]?.labels.join();
  const [rightBefore, rightAfter] = [labelsBefore.map(isRight), labelsAfter.map(isRight)];
  const { onlyA, onlyB, pValue, interval95 } = comparePaired(rightBefore, rightAfter);
  const differences = read.flatMap((row) => {
    const other = rowOf(after, row);
    return [...rowOf(before, row)].map((value, index) => differenceOf(value, other[index] ?? NaN));
  });
  return {
    photos: read.length,
    unreadable: photos.length - read.length,
    accuracyBefore: shareOf(rightBefore),
    accuracyAfter: shareOf(rightAfter),
    onlyBefore: onlyA,
    onlyAfter: onlyB,
    pValue,
    interval95: interval95 === null ? null : [...interval95],
    largestDifference: differences.reduce((most, value) => Math.max(most, value), 0),
    meanDifference: differences.reduce((sum, value) => sum + value, 0) / differences.length,
    changed: labelsBefore.filter((label, index) => label !== labelsAfter[index]).length,
    unknownChanged: countUnknownChanged(read, before, after, metadata),
  };
}

/** Of two probabilities; one that is no number is as wrong as can be. */
function differenceOf(a: number, b: number): number {
  const difference = Math.abs(a - b);
  return Number.isNaN(difference) ? 1 : Math.min(1, difference);
}

/** The best class, or with several labels a photo those whose probability reaches their threshold. */
function labelsShown(probabilities: Float32Array, { thresholds }: ModelMetadata): number[] {
  if (probabilities.some(Number.isNaN)) return [-1];
  if (thresholds === null) return [indexOfLargest(probabilities, 0, probabilities.length)];
  return thresholds.flatMap((threshold, label) => ((probabilities[label] ?? 0) >= threshold ? [label] : []));
}

function countUnknownChanged(
  rows: readonly number[],
  before: PhotoScores,
  after: PhotoScores,
  { unknown }: ModelMetadata,
): number | null {
  if (unknown === null || before.unknown === null || after.unknown === null) return null;
  const isUnknown = (scores: Float32Array, row: number): boolean => (scores[row] ?? 0) > unknown.threshold;
  const [first, second] = [before.unknown, after.unknown];
  return rows.filter((row) => isUnknown(first, row) !== isUnknown(second, row)).length;
}

function shareOf(right: readonly boolean[]): number {
  return right.filter(Boolean).length / right.length;
}
