import type { Model } from '../../onnx/graph.ts';
import type { Draft } from './draft.ts';
import { freeBatch } from './free-batch.ts';
import { keepNeeded } from './keep-needed.ts';

/**
 * Opens the batch of an imported network that was exported for one photo at a time, as far as that can be proven; else gives the model as it
 * is. The importer tries it itself; once constants are folded more can be proven.
 *
 * @param source - The file's name, for errors.
 */
export function openFixedBatch(model: Model, source: string): Model {
  const { graph } = model;
  const [input] = graph.inputs;
  const [batch] = input?.dims ?? [];
  if (input === undefined || typeof batch !== 'number') return model;
  const draft: Draft = {
    source,
    nodes: [...graph.nodes],
    initializers: new Map(graph.initializers),
    inputs: graph.inputs,
    outputs: graph.outputs,
    names: new Set([
      ...graph.inputs.map(({ name }) => name),
      ...graph.initializers.keys(),
      ...graph.nodes.flatMap(({ outputs }) => outputs),
    ]),
  };
  if (!freeBatch(draft, input.name, batch)) return model;
  keepNeeded(draft);
  const { nodes, initializers, inputs, outputs } = draft;
  return { ...model, graph: { ...graph, nodes, initializers, inputs, outputs } };
}
