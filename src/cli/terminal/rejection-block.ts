import type { ModelEvaluation } from '../../evaluate-model.ts';
import type { RunRecord } from '../../model/run-record.ts';
import { countOf, formatPercent } from './units.ts';

/** What a model rejects as unknown, of the photos that it was evaluated on and of those of none of its classes. */
export function formatRejection(unknown: ModelEvaluation['unknown']): string[] {
  if (unknown === null) return [];
  const { others } = unknown;
  const lines = ['', describeRejected(unknown)];
  if (others !== null) {
    const { count, rejected, auroc } = others;
    lines.push(
      `Called unknown, rightly: ${rejected} of ${countOf(count, 'photo')} of none of the classes (AUROC ${auroc.toFixed(3)}).`,
    );
  }
  return lines;
}

/** The same of a training's test photos, and of classes that were left out. */
export function formatTrainedRejection({ unknown }: RunRecord): string[] {
  if (unknown === null) return [];
  const lines = ['', describeRejected(unknown.test)];
  if (unknown.leftOut !== null) {
    const { auroc, classes } = unknown.leftOut;
    const rejected = classes.reduce((sum, one) => sum + one.rejected, 0) / classes.length;
    lines.push(
      `Photos of a class that it was not shown: ${formatPercent(rejected)} called unknown (AUROC ${auroc.toFixed(3)}).`,
    );
  }
  return lines;
}

function describeRejected({
  count,
  rejected,
  acceptedAccuracy,
}: Pick<NonNullable<ModelEvaluation['unknown']>, 'count' | 'rejected' | 'acceptedAccuracy'>): string {
  const accepted =
    acceptedAccuracy === null ? '' : ` ${formatPercent(acceptedAccuracy)} of the others are right.`;
  return `Called unknown, wrongly: ${rejected} of ${countOf(count, 'photo')}.${accepted}`;
}
