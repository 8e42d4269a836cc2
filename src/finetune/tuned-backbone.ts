import type { Backbone, Tap } from '../backbone/backbone.ts';
import type { Graph, Tensor } from '../onnx/graph.ts';
import type { CutNetwork } from './cut/cut-network.ts';

/** What the names of a tuned part's tensors begin with, beside those of the part as it was. */
export const tunedPrefix = 'tuned/';

/** The name of a tap of the tuned part. */
export function tunedTap({ name }: Pick<Tap, 'name'>): string {
  return `${tunedPrefix}${name}`;
}

/**
 * Puts the tuned part of a network beside the one that it comes from: the same network, with the taps above the cut a second time, as `tuned/<name>`,
 * computed from the same activation by the tuned weights.
 *
 * @param weights - Values of `cut.parameters`.
 */
export function tunedBackbone(
  backbone: Backbone,
  cut: CutNetwork,
  weights: ReadonlyMap<string, Tensor>,
): Backbone {
  const { model } = backbone;
  const upper = renameAll(cut.upper.graph, (name) =>
    name === cut.activation.name ? cut.activation.tensor : `${tunedPrefix}${name}`,
  );
  const initializers = [...upper.initializers].map(([name, tensor]) => {
    const tuned = weights.get(name.slice(tunedPrefix.length));
    return [name, tuned ?? tensor] as const;
  });
  return {
    ...backbone,
    taps: [...backbone.taps, ...cut.taps.upper.map((tap) => ({ ...tap, name: tunedTap(tap) }))],
    model: {
      ...model,
      graph: {
        ...model.graph,
        nodes: [...model.graph.nodes, ...upper.nodes],
        initializers: new Map([...model.graph.initializers, ...initializers]),
        outputs: [...model.graph.outputs, ...upper.outputs],
      },
    },
  };
}

function renameAll(graph: Graph, rename: (name: string) => string): Graph {
  const renamed = (name: string): string => (name === '' ? name : rename(name));
  return {
    ...graph,
    nodes: graph.nodes.map((node) => ({
      ...node,
      name: `${tunedPrefix}${node.name}`,
      inputs: node.inputs.map(renamed),
      outputs: node.outputs.map(renamed),
    })),
    initializers: new Map([...graph.initializers].map(([name, tensor]) => [renamed(name), tensor])),
    outputs: graph.outputs.map((output) => ({ ...output, name: renamed(output.name) })),
  };
}
