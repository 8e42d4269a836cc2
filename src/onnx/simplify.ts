import type { Model } from './graph.ts';
import { inferShapes } from './infer-shapes.ts';
import { completeLayerNorm } from './passes/complete-layer-norm.ts';
import { dropUnused } from './passes/drop-unused.ts';
import { fixReshapes } from './passes/fix-reshapes.ts';
import { foldBatchNorm } from './passes/fold-batch-norm.ts';
import { foldChannelConstants } from './passes/fold-channel-constants.ts';
import { foldConstants } from './passes/fold-constants.ts';
import { mergeReshapes } from './passes/merge-reshapes.ts';
import type { Pass } from './passes/pass.ts';
import { pushTransposes } from './passes/push-transposes.ts';
import { removeIdentities } from './passes/remove-identities.ts';
import { replaceBatchNorm } from './passes/replace-batch-norm.ts';
import { reshapeTransposes } from './passes/reshape-transposes.ts';
import { separateDequantised } from './passes/separate-dequantised.ts';

const passes: readonly Pass[] = [
  removeIdentities,
  foldConstants,
  fixReshapes,
  dropUnused,
  pushTransposes,
  reshapeTransposes,
  mergeReshapes,
  foldBatchNorm,
  foldChannelConstants,
  completeLayerNorm,
  separateDequantised,
];

/**
 * Rewrites a graph into a smaller one that computes the same numbers, up to rounding: no dropout, no arithmetic on shapes, BatchNorm in the
 * weights, no transposition that another one undoes. Names of inputs and outputs stay. The result of simplifying again is the very same graph.
 * A graph with branches or loops inside is left as it is.
 */
export function simplify(model: Model): Model {
  if (
    model.graph.nodes.some(({ attributes }) => Object.values(attributes).some((value) => 'graph' in value))
  ) {
    return model;
  }
  // What is left of BatchNorm is only known when nothing else changes any more.
  return repeat(repeat(model, passes), [...passes, replaceBatchNorm]);
}

function repeat(model: Model, passes: readonly Pass[]): Model {
  let current = model;
  let shapes = inferShapes(model);
  for (let before: Model | undefined; before !== current;) {
    before = current;
    for (const pass of passes) {
      const next = pass(current, shapes);
      if (next !== current) shapes = inferShapes(next);
      current = next;
    }
  }
  return current;
}
