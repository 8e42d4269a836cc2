import type { TestMetrics } from '../../evaluate/metrics.ts';
import { printable } from './printable.ts';
import type { Screen } from './screen.ts';
import { formatTable } from './table.ts';
import { countOf, formatPercent } from './units.ts';

const mostClassesInTable = 12;

/** A classifier's results in plain words: accuracy with its interval, a table of classes, the pair most often confused. Photos that are held out were in no part of the training. */
export function formatMetrics(
  metrics: TestMetrics,
  classes: readonly string[],
  { colors }: Screen,
  photos: 'held out' | 'any' = 'any',
): string[] {
  const { accuracy, count, interval95 } = metrics;
  const right = Math.round(accuracy * count);
  const title = `${photos === 'any' ? 'Accuracy' : 'Test accuracy'} ${formatPercent(accuracy)}`;
  const lines = [
    `${colors.bold(title)}: right for ${right} of ${countOf(count, 'photo')}${photos === 'any' ? '' : ' that it was not trained on'}.`,
    colors.dim(
      `With this many photos, the true accuracy lies between ${formatPercent(interval95[0])} and ${formatPercent(interval95[1])} (95 % interval).`,
    ),
  ];
  if (classes.length <= mostClassesInTable) lines.push('', ...formatClasses(metrics, colors));
  const confused = mostConfused(metrics.confusion, classes);
  if (confused !== undefined) lines.push('', confused);
  return lines;
}

function formatClasses(metrics: TestMetrics, colors: Screen['colors']): string[] {
  const rows = metrics.perClass.map(({ label, support, recall, precision }) => [
    printable(label),
    String(support),
    percentOrDash(recall),
    percentOrDash(precision),
  ]);
  const [header = '', ...body] = formatTable(
    [['class', 'photos', 'found', 'right when named'], ...rows],
    ['left', 'right', 'right', 'right'],
  );
  return [`  ${colors.dim(header)}`, ...body.map((line) => `  ${line}`)];
}

function percentOrDash(fraction: number | null): string {
  return fraction === null ? '–' : formatPercent(fraction);
}

/** `Most often confused: tulips taken for roses (4 of 22).` */
function mostConfused(confusion: TestMetrics['confusion'], classes: readonly string[]): string | undefined {
  let most = { truth: 0, predicted: 0, count: 0 };
  confusion.forEach((row, truth) =>
    row.forEach((count, predicted) => {
      if (truth !== predicted && count > most.count) most = { truth, predicted, count };
    }),
  );
  if (most.count === 0) return undefined;
  const name = (label: number): string => printable(classes[label] ?? '');
  const total = (confusion[most.truth] ?? []).reduce((sum, count) => sum + count, 0);
  return `Most often confused: ${name(most.truth)} taken for ${name(most.predicted)} (${most.count} of ${total}).`;
}
