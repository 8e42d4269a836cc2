import type { RunRecord } from '../model/run-record.ts';
import { formatCount, formatPercent, formatQuantity } from './format.ts';

/** What only a multi-label run has. */
export type MultiLabelRecord = NonNullable<RunRecord['metrics']['multiLabel']>;

/** Says in plain sentences how good a multi-label classifier is. */
export function writeLabelVerdict(run: RunRecord, { meanAveragePrecision, micro }: MultiLabelRecord): string {
  const { count, accuracy, perClass } = run.metrics.test;
  if (meanAveragePrecision === null) {
    return 'No photo that was kept aside for the test shows any of the classes, so how well it finds them is not known.';
  }
  const shown = perClass.filter(({ support }) => support > 0);
  const chance = shown.reduce((sum, { support }) => sum + support / count, 0) / shown.length;
  const right = Math.round(accuracy * count);
  const all =
    right === count
      ? `all ${formatQuantity(count, 'photo')}`
      : `${formatCount(right)} of ${formatQuantity(count, 'photo')}`;
  return (
    `On photos that it had not seen before it finds ${formatPercent(micro.recall)} of the labels, and ` +
    `${formatPercent(micro.precision)} of those that it names are right. Every label is right on ${all}. ` +
    `Photos in a random order would get a mean average precision of ${formatPercent(chance)}.`
  );
}

/** Explains the interval of the share of photos with every label right. */
export function explainLabelInterval({ metrics: { test } }: RunRecord): string {
  const [low, high] = test.interval95;
  const wide = high - low > 0.1;
  return (
    `The share of photos with every label right: for photos like these, expect between ${formatPercent(low)} and ${formatPercent(high)}.` +
    (wide ? ` The range is wide because the test has only ${formatQuantity(test.count, 'photo')}.` : '')
  );
}
