import { formatCsvRow } from '../dataset/csv.ts';
import type { Part } from '../dataset/dataset.ts';
import { labelsOf } from '../dataset/labels-of.ts';
import { formatSplitCsv } from '../dataset/split-csv.ts';
import type { RunRecord } from '../model/run-record.ts';
import { modelFileName } from '../model/load.ts';
import type { Model } from '../onnx/graph.ts';
import type { RightExample } from '../report/report-options.ts';
import { renderReport } from '../report/report.ts';
import { chooseExamples } from './choose-examples.ts';
import type { Evaluation } from './evaluate-scores.ts';
import { formatLabelPredictions } from './label-predictions.ts';
import type { Prepared } from './prepare.ts';
import { drawReportPictures } from './report-pictures.ts';

/** Makes the content of every file of a model folder, by its name. */
export async function makeResultFiles(
  prepared: Prepared,
  evaluation: Evaluation,
  run: RunRecord,
  { graph, bytes }: { readonly graph: Model; readonly bytes: Uint8Array },
  options: { readonly workers?: number | undefined; readonly signal?: AbortSignal | undefined },
): Promise<Map<string, Uint8Array | string>> {
  const files = new Map(prepared.parts.test.photos.map(({ path, file }) => [path, file]));
  const examples = chooseExamples(prepared.dataset.classes, listRight(prepared, evaluation));
  const pictures = await drawReportPictures(run, { files, examples }, graph, options);
  return new Map<string, Uint8Array | string>([
    ['report.html', renderReport(run, { ...pictures, parts: countParts(prepared) })],
    [
      'predictions.csv',
      prepared.dataset.task === 'multi-label'
        ? formatLabelPredictions(prepared, evaluation)
        : formatPredictions(prepared, evaluation),
    ],
    ['split.csv', formatSplitCsv(prepared.dataset, prepared.split)],
    ['run.json', `${JSON.stringify(run, null, 2)}\n`],
    [modelFileName, bytes],
  ]);
}

/** The test photos that were named right; of several labels a photo none is. */
function* listRight(
  { dataset: { classes, task }, parts: { test } }: Prepared,
  { probabilities }: Evaluation,
): Generator<RightExample> {
  if (task === 'multi-label') return;
  for (const [row, { path, label }] of test.photos.entries()) {
    const values = probabilities.subarray(row * classes.length, (row + 1) * classes.length);
    const probability = values[label] ?? 0;
    if (probability === Math.max(...values)) yield { path, label: classes[label] ?? '', probability };
  }
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
