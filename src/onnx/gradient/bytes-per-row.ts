import { batchOf } from '../batch-of.ts';
import { elementBytes } from '../build.ts';
import type { Model } from '../graph.ts';
import { inferShapes } from '../infer-shapes.ts';
import { productOf, substitute } from '../shapes/dimension.ts';
import type { TensorFacts } from '../shapes/facts.ts';

/**
 * Tells how much memory each row of the batch takes while a graph runs: the most bytes of tensors that are still to be read at one time, when nodes run in
 * the graph's order. Workspace inside operators is not counted, and a runtime may choose another order: leave a margin of a half
 * (onnxruntime took a third more for the last blocks of Inception v3).
 *
 * @returns Bytes a row; 0 when the batch is fixed.
 */
export function bytesPerRow(model: Model): number {
  const batch = batchOf(model);
  if (typeof batch !== 'string') return 0;
  const { graph } = model;
  const shapes = inferShapes(model);
  const lastReaders = new Map(
    graph.nodes.flatMap((node) => node.inputs.map((name) => [name, node] as const)),
  );
  const kept = new Set([...graph.inputs, ...graph.outputs].map(({ name }) => name));
  let [alive, most] = [0, 0];
  for (const node of graph.nodes) {
    for (const name of node.outputs) alive += growth(shapes.get(name), batch);
    most = Math.max(most, alive);
    for (const name of new Set([...node.inputs, ...node.outputs])) {
      const isDone = (lastReaders.get(name) ?? node) === node && !kept.has(name);
      if (isDone) alive -= growth(shapes.get(name), batch);
    }
  }
  return most;
}

/** The bytes that a tensor takes more for each row; 0 for one that does not grow. */
function growth(facts: TensorFacts | undefined, batch: string): number {
  const count = facts && productOf(facts.dims);
  if (facts === undefined || typeof count !== 'string') return 0;
  const [one, two] = [substitute(count, batch, 1), substitute(count, batch, 2)];
  return typeof one === 'number' && typeof two === 'number' ? (two - one) * elementBytes[facts.type] : 0;
}
