import { formatCsvRow } from '../dataset/csv.ts';
import type { Part } from '../dataset/dataset.ts';
import { labelsOf } from '../dataset/labels-of.ts';
import { formatSplitCsv } from '../dataset/split-csv.ts';
import type { RunRecord } from '../model/run-record.ts';
import { modelFileName } from '../model/load.ts';
import { renderReport } from '../report/report.ts';
import type { Evaluation } from './evaluate-scores.ts';
import { formatLabelPredictions } from './label-predictions.ts';
import type { Prepared } from './prepare.ts';
import { drawThumbnails } from './thumbnails.ts';

/** Makes the content of every file of a model folder, by its name. */
export async function makeResultFiles(
  prepared: Prepared,
  evaluation: Evaluation,
  run: RunRecord,
  model: Uint8Array,
): Promise<Map<string, Uint8Array | string>> {
  return new Map<string, Uint8Array | string>([
    [
      'report.html',
      renderReport(run, {
        // Bottleneck files come without their photos.
        thumbnails:
          prepared.backbone.sha256 === null ? new Map() : await drawThumbnails(run, filesOf(prepared)),
        parts: countParts(prepared),
      }),
    ],
    [
      'predictions.csv',
      prepared.dataset.task === 'multi-label'
        ? formatLabelPredictions(prepared, evaluation)
        : formatPredictions(prepared, evaluation),
    ],
    ['split.csv', formatSplitCsv(prepared.dataset, prepared.split)],
    ['run.json', `${JSON.stringify(run, null, 2)}\n`],
    [modelFileName, model],
  ]);
}

/** One row a test photo: path, label, what was predicted, its probability, then the probability of every class. */
function formatPredictions(
  { dataset: { classes }, parts: { test } }: Prepared,
  { probabilities }: Evaluation,
): string {
  const header = formatCsvRow([
    'path',
    'label',
    'predicted',
    'probability',
    ...classes.map((name) => `p(${name})`),
  ]);
  const rows = test.photos.map(({ path, label }, row) => {
    const values = [...probabilities.subarray(row * classes.length, (row + 1) * classes.length)];
    const best = values.indexOf(Math.max(...values));
    const numbers = [values[best] ?? 0, ...values].map((value) => value.toFixed(6));
    return formatCsvRow([path, classes[label] ?? '', classes[best] ?? '', ...numbers]);
  });
  return header + rows.join('');
}

function filesOf({ parts: { test } }: Prepared): Map<string, string> {
  return new Map(test.photos.map(({ path, file }) => [path, file]));
}

function countParts({ dataset: { classes }, parts }: Prepared): Map<string, Record<Part, number>> {
  const count = (part: Part, label: number): number =>
    parts[part].photos.filter((photo) => labelsOf(photo).includes(label)).length;
  return new Map(
    classes.map((name, label) => [
      name,
      {
        training: count('training', label),
        validation: count('validation', label),
        test: count('test', label),
      },
    ]),
  );
}
