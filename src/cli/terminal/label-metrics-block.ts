import type { MultiLabelMetrics } from '../../evaluate/label-metrics.ts';
import type { TestMetrics } from '../../evaluate/metrics.ts';
import { printable } from './printable.ts';
import type { Screen } from './screen.ts';
import { formatTable } from './table.ts';
import { countOf, formatPercent } from './units.ts';

const mostClassesInTable = 12;

/** A multi-label classifier's results in plain words: mean average precision, photos with every label right, a table of classes. Photos that are held out were in no part of the training. */
export function formatLabelMetrics(
  metrics: TestMetrics,
  multiLabel: MultiLabelMetrics,
  { colors }: Screen,
  photos: 'held out' | 'any' = 'any',
): string[] {
  const { accuracy, count, interval95 } = metrics;
  const right = Math.round(accuracy * count);
  const title = `${photos === 'any' ? 'mAP' : 'Test mAP'} ${percentOrDash(multiLabel.meanAveragePrecision)}`;
  const lines = [
    `${colors.bold(title)}: the average precision of a label, as a mean over ${countOf(metrics.perClass.length, 'label')}.`,
    `Every label is right for ${right} of ${countOf(count, 'photo')}${photos === 'any' ? '' : ' that it was not trained on'}, ${formatPercent(accuracy)}.`,
    colors.dim(
      `With this many photos, the true share lies between ${formatPercent(interval95[0])} and ${formatPercent(interval95[1])} (95 % interval).`,
    ),
  ];
  if (metrics.perClass.length <= mostClassesInTable) {
    lines.push('', ...formatLabels(metrics, multiLabel, colors));
  }
  return lines;
}

function formatLabels(
  { perClass }: TestMetrics,
  multiLabel: MultiLabelMetrics,
  colors: Screen['colors'],
): string[] {
  const rows = perClass.map(({ label, support, recall, precision }, index) => {
    const own = multiLabel.perClass[index];
    return [
      printable(label),
      String(support),
      percentOrDash(own?.averagePrecision ?? null),
      own === undefined ? '–' : own.threshold.toFixed(2),
      percentOrDash(recall),
      percentOrDash(precision),
    ];
  });
  const [header = '', ...body] = formatTable(
    [['label', 'photos', 'AP', 'threshold', 'found', 'right when named'], ...rows],
    ['left', 'right', 'right', 'right', 'right', 'right'],
  );
  return [`  ${colors.dim(header)}`, ...body.map((line) => `  ${line}`)];
}

function percentOrDash(fraction: number | null): string {
  return fraction === null ? '–' : formatPercent(fraction);
}
