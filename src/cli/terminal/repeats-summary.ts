import { join } from 'node:path';
import type { RepeatsRecord } from '../../runs/repeats-record.ts';
import { printable } from './printable.ts';
import type { Screen } from './screen.ts';
import { formatShellPath } from './shell-path.ts';
import { formatTable } from './table.ts';
import { formatDuration, formatPercent } from './units.ts';

/** What `regraft train --repeats` prints at its end: a line a seed, mean and spread, how sure the mean is, what to do next. */
export function formatRepeatsSummary(
  { runs, repeats, summary, notices }: RepeatsRecord,
  folder: string,
  { colors }: Screen,
): string[] {
  const { accuracy, pooled } = summary;
  const [header = '', ...rows] = formatTable(
    [
      ['seed', 'test photos', 'accuracy', 'log loss', 'ECE', 'validation', 'head'],
      ...runs.map((run) => [
        String(run.seed),
        String(run.test),
        formatPercent(run.accuracy),
        run.logLoss.toFixed(3),
        run.ece.toFixed(3),
        run.validationAccuracy === null ? '–' : formatPercent(run.validationAccuracy),
        formatDuration(run.headMs),
      ]),
      ['mean', '', ...meansOf(summary)],
      ['spread', '', ...deviationsOf(summary)],
    ],
    ['left', 'right', 'right', 'right', 'right', 'right', 'right'],
  );
  const seeds = rows.slice(0, runs.length);
  const spread = accuracy.standardDeviation === null ? '' : ` ± ${formatPercent(accuracy.standardDeviation)}`;
  return [
    '',
    colors.bold(`Test accuracy ${formatPercent(accuracy.mean)}${spread} over ${runs.length} seeds.`),
    ...(accuracy.interval95 === null
      ? []
      : [
          colors.dim(
            `With these seeds, the true mean lies between ${formatPercent(accuracy.interval95[0])} and ${formatPercent(accuracy.interval95[1])} (95 % interval, corrected for photos that the splits share).`,
          ),
        ]),
    '',
    `  ${colors.dim(header)}`,
    ...seeds.map((line) => `  ${line}`),
    ...rows.slice(runs.length).map((line) => `  ${colors.bold(line)}`),
    '',
    `All ${pooled.predictions.toLocaleString('en')} test predictions together, of ${pooled.photos.toLocaleString('en')} photos: accuracy ${formatPercent(pooled.accuracy)}, ECE ${pooled.ece.toFixed(3)}.`,
    ...notices.map((notice) => `${colors.yellow('!')} ${printable(notice)}`),
    '',
    `Models  ${formatShellPath(join(folder, runs[0]?.folder ?? ''))} and ${repeats - 1} more`,
    `Record  ${formatShellPath(join(folder, 'repeats.json'))}`,
    '',
    `Next: ${colors.cyan(`regraft compare ${formatShellPath(folder)} other-repeats`)}`,
  ];
}

function meansOf({ accuracy, logLoss, ece, validationAccuracy, headMs }: RepeatsRecord['summary']): string[] {
  return [
    formatPercent(accuracy.mean),
    logLoss.mean.toFixed(3),
    ece.mean.toFixed(3),
    validationAccuracy === null ? '–' : formatPercent(validationAccuracy.mean),
    formatDuration(headMs.mean),
  ];
}

function deviationsOf(summary: RepeatsRecord['summary']): string[] {
  const { accuracy, logLoss, ece, validationAccuracy, headMs } = summary;
  const show = (value: number | null | undefined, format: (value: number) => string): string =>
    value === null || value === undefined ? '–' : format(value);
  return [
    show(accuracy.standardDeviation, formatPercent),
    show(logLoss.standardDeviation, (value) => value.toFixed(3)),
    show(ece.standardDeviation, (value) => value.toFixed(3)),
    show(validationAccuracy?.standardDeviation, formatPercent),
    show(headMs.standardDeviation, formatDuration),
  ];
}
