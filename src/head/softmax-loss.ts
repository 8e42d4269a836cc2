import type { FeatureScaling } from './feature-scaling.ts';
import type { LabelledRows } from './head.ts';
import { buildLossGraph } from './loss-graph.ts';
import { openRowLoss, type RowLoss } from './row-loss.ts';

/** Softmax cross entropy over fixed rows. */
export type SoftmaxLoss = RowLoss;

/** Opens softmax cross entropy over the rows of all parts, centred and scaled. */
export function openSoftmaxLoss(
  parts: readonly LabelledRows[],
  classes: number,
  scaling: FeatureScaling,
  signal?: AbortSignal,
): Promise<SoftmaxLoss> {
  return openRowLoss(buildLossGraph(classes, scaling.mean.length), parts, classes, scaling, signal);
}
