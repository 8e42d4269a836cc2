import { elementBytes } from '../build.ts';
import type { Model } from '../graph.ts';
import { batchOf } from '../batch-of.ts';
import { inferShapes } from '../infer-shapes.ts';
import { productOf, substitute } from '../shapes/dimension.ts';

/**
 * Adds up the tensors that a run of a graph makes for one row of its batch. It is an upper bound of what a runtime needs at once, as it frees what
 * is no longer read; workspace inside operators is not counted.
 *
 * @returns Bytes a row; 0 when the batch is fixed.
 */
export function bytesPerRow(model: Model): number {
  const batch = batchOf(model);
  if (typeof batch !== 'string') return 0;
  const shapes = inferShapes(model);
  let bytes = 0;
  for (const { outputs } of model.graph.nodes) {
    for (const name of outputs) {
      const facts = shapes.get(name);
      const count = facts && productOf(facts.dims);
      if (facts === undefined || typeof count !== 'string') continue;
      const [one, two] = [substitute(count, batch, 1), substitute(count, batch, 2)];
      if (typeof one === 'number' && typeof two === 'number') bytes += (two - one) * elementBytes[facts.type];
    }
  }
  return bytes;
}
