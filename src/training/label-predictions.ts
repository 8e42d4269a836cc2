import { formatCsvRow } from '../dataset/csv.ts';
import { formatLabelCell } from '../dataset/label-cells.ts';
import { labelsOf } from '../dataset/labels-of.ts';
import type { Evaluation } from './evaluate-scores.ts';
import type { Prepared } from './prepare.ts';

/** One row a test photo of several labels: path, labels, what was predicted, then the probability of every class. */
export function formatLabelPredictions(
  { dataset: { classes }, parts: { test } }: Prepared,
  { probabilities, calibration: { thresholds = [] } }: Evaluation,
): string {
  const header = formatCsvRow(['path', 'labels', 'predicted', ...classes.map((name) => `p(${name})`)]);
  const rows = test.photos.map((photo, row) => {
    const values = [...probabilities.subarray(row * classes.length, (row + 1) * classes.length)];
    const cell = (names: readonly string[]): string => formatLabelCell(names, classes);
    return formatCsvRow([
      photo.path,
      cell(labelsOf(photo).map((label) => classes[label] ?? '')),
      cell(classes.filter((_, label) => (values[label] ?? 0) >= (thresholds[label] ?? 0))),
      ...values.map((value) => value.toFixed(6)),
    ]);
  });
  return header + rows.join('');
}
