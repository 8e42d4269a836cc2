import { pixelsInput } from '../../onnx/attach-pixels.ts';
import { node as makeNode } from '../../onnx/build.ts';
import { cutAt } from '../../onnx/cut.ts';
import type { Graph, GraphNode, Model, ValueInfo } from '../../onnx/graph.ts';
import { freeName, namesOf } from '../../onnx/names.ts';
import type { Shapes } from '../../onnx/passes/pass.ts';
import { renameTensor } from '../../onnx/rename.ts';
import { tapTensor } from './tap-tensor.ts';

/** What goes from the frozen part of a network into the trained one. */
export interface Activation {
  /** The name of the frozen part's output and the trained part's input. */
  readonly name: string;
  /** What it is called in the whole network. */
  readonly tensor: string;
  /** Levels where the network is quantised there, pixels where all of it is trained, else real numbers. */
  readonly type: 'uint8' | 'int8' | 'float32';
  /** The shape of one view of one photo: that of the tensor without its batch. */
  readonly dims: readonly number[];
}

/** The two parts of a graph, in its own numeric form, and what goes from one to the other. */
export interface SplitGraph {
  readonly activation: Activation;
  readonly frozen: Model;
  readonly upper: Model;
}

/**
 * Splits a backbone's graph at a tensor: outputs that average the tensor or do not depend on it stay below.
 *
 * @param tensor - The input `image`, or a tensor that a node makes.
 * @returns undefined where a path goes around the tensor, or where it has not one row a photo of known size.
 */
export function splitGraph(model: Model, tensor: string, shapes: Shapes): SplitGraph | undefined {
  const taken = namesOf(model.graph);
  const name = freeName('activation', taken);
  const { type, dims: [batch, ...dims] = [] } = shapes.get(tensor) ?? {};
  if (type !== 'uint8' && type !== 'int8' && type !== 'float32') return undefined;
  if (batch !== model.graph.inputs[0]?.dims[0] || batch === undefined) return undefined;
  const sizes = dims.filter((dim) => typeof dim === 'number');
  if (sizes.length < dims.length) return undefined;

  const value: ValueInfo = { name, type, dims: [batch, ...sizes] };
  const isAbove = dependents(model.graph, tensor);
  const outputs = model.graph.outputs.map((output) => ({
    output,
    above: isAbove.has(output.name) && tapTensor(model.graph, output.name) !== tensor,
  }));
  const below = outputs.filter(({ above }) => !above).map(({ output }) => output);
  const upper = upperPart(
    model,
    tensor,
    value,
    outputs.filter(({ above }) => above).map(({ output }) => output),
  );
  if (upper === undefined) return undefined;
  return {
    activation: { name, tensor, type, dims: sizes },
    frozen: frozenPart(model, tensor, value, below),
    upper,
  };
}

function frozenPart(model: Model, tensor: string, value: ValueInfo, below: readonly ValueInfo[]): Model {
  if (tensor !== pixelsInput) {
    return cutAt({ ...model, graph: renameTensor(model.graph, tensor, value.name) }, [value, ...below]);
  }
  const nodes = [makeNode('Identity', [pixelsInput], [value.name])];
  return { ...model, graph: { ...model.graph, nodes, initializers: new Map(), outputs: [value] } };
}

function upperPart(
  model: Model,
  tensor: string,
  value: ValueInfo,
  above: readonly ValueInfo[],
): Model | undefined {
  const nodes = model.graph.nodes.filter(({ outputs }) => !outputs.includes(tensor));
  const graph: Graph = { ...model.graph, nodes };
  const upper = cutAt(
    { ...model, graph: { ...renameTensor(graph, tensor, value.name), inputs: [value] } },
    above,
  );
  const known = new Set([
    ...upper.graph.initializers.keys(),
    ...upper.graph.nodes.flatMap(({ outputs }) => outputs),
    value.name,
    '',
  ]);
  const isWhole = upper.graph.nodes.every(({ inputs }) => inputs.every((name) => known.has(name)));
  return isWhole ? upper : undefined;
}

/** The tensors that are computed from one, and itself. */
function dependents({ nodes }: Graph, tensor: string): ReadonlySet<string> {
  const found = new Set([tensor]);
  const reads = ({ inputs }: GraphNode): boolean => inputs.some((name) => found.has(name));
  for (const node of nodes) if (reads(node)) for (const name of node.outputs) found.add(name);
  return found;
}
