import { parseMetadata } from '../../model/metadata.ts';
import { cutAt } from '../../onnx/cut.ts';
import type { Model, Tensor } from '../../onnx/graph.ts';
import { openSessions } from '../../runtime/session-pool.ts';
import { openExplainer } from '../explainer.ts';
import type { HeatMap } from '../heat-map.ts';

/** Explains one class of drawn pixels by a model's own sessions. */
export async function explainPixels(model: Model, image: Tensor, label: number): Promise<HeatMap> {
  await using sessions = await openSessions(model, { workers: 1 });
  const metadata = parseMetadata(model.metadata, 'model.onnx');
  const explainer = await openExplainer({ path: 'model.onnx', model, metadata }, (graph) =>
    sessions.openBeside(graph),
  );
  const { heatOf } = await explainer.look(copyOf(image));
  return await heatOf(label);
}

/** Runs a graph and gives float32 tensors of it, whether they are outputs or not. */
export async function tensorsOf<Name extends string>(
  model: Model,
  image: Tensor,
  names: readonly Name[],
): Promise<Record<Name, number[]>> {
  const outputs = names.map((name) => ({ name, type: 'float32', dims: [] }) as const);
  const cut = cutAt(model, outputs);
  await using sessions = await openSessions(cut, { workers: 1 });
  const found = await sessions.run({ [model.graph.inputs[0]?.name ?? '']: image });
  return Object.fromEntries(
    names.map((name) => [name, Array.from(found[name]?.data ?? [], Number)]),
  ) as Record<Name, number[]>;
}

function copyOf(image: Tensor): Tensor {
  return { ...image, data: image.data.slice() };
}
