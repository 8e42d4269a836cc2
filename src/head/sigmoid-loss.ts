import type { FeatureScaling } from './feature-scaling.ts';
import type { LabelledRows } from './head.ts';
import { openRowLoss, type RowLoss } from './row-loss.ts';
import { buildSigmoidLossGraph } from './sigmoid-loss-graph.ts';

/** Opens binary cross entropy, summed over the classes, over the rows of all parts, centred and scaled; the parts must have targets. */
export function openSigmoidLoss(
  parts: readonly LabelledRows[],
  classes: number,
  scaling: FeatureScaling,
  signal?: AbortSignal,
): Promise<RowLoss> {
  return openRowLoss(buildSigmoidLossGraph(classes, scaling.mean.length), parts, classes, scaling, signal);
}
