import type { RunRecord } from '../model/run-record.ts';
import { formatCount, formatPercent, formatQuantity } from './format.ts';
import { html, name, type Html } from './html.ts';

/** The class that most test photos belong to, and the rate of always answering it. */
export interface Baseline {
  readonly label: string;
  readonly accuracy: number;
}

/** Finds what always answering the most common class would reach; null without test photos. */
export function findBaseline({ metrics: { test } }: RunRecord): Baseline | null {
  if (test.count === 0) return null;
  const most = test.perClass.reduce<RunRecord['metrics']['test']['perClass'][number] | null>(
    (best, one) => (best === null || one.support > best.support ? one : best),
    null,
  );
  return most === null ? null : { label: most.label, accuracy: Math.min(1, most.support / test.count) };
}

/** Says in one plain sentence how good the classifier is. */
export function writeVerdict(run: RunRecord): Html {
  const { count, accuracy, interval95 } = run.metrics.test;
  const baseline = findBaseline(run);
  if (baseline === null) {
    return html`No photo was kept aside for a test, so how well it does on new photos is not known.`;
  }
  const right = Math.round(accuracy * count);
  const always = html`always answering “${name(baseline.label)}” would get ${formatPercent(baseline.accuracy)}`;
  if (interval95[0] <= baseline.accuracy) {
    return html`It names ${formatCount(right)} of ${formatQuantity(count, 'photo')} right that it had not seen
    before, which is not clearly better than guessing: ${always}.`;
  }
  if (right === count) {
    return html`It names all ${formatQuantity(count, 'photo')} right that it had not seen before; ${always}.`;
  }
  return html`It names ${formatCount(right)} of ${formatQuantity(count, 'photo')} right that it had not seen
  before; ${always}.`;
}

/** Explains the interval, and how far to trust it. */
export function explainInterval({ metrics: { test } }: RunRecord): string | null {
  if (test.count === 0) return null;
  const [low, high] = test.interval95;
  const wide = high - low > 0.1;
  return (
    `For photos like these, expect between ${formatPercent(low)} and ${formatPercent(high)} right.` +
    (wide ? ` The range is wide because the test has only ${formatQuantity(test.count, 'photo')}.` : '')
  );
}
