import { isOperator, optionalInt } from '../attributes.ts';
import type { Graph, GraphNode, Tensor } from '../graph.ts';

/** Which nodes of a graph are to compute on 8-bit integers. */
export interface QuantisationPlan {
  /** The nodes, each with the tensor that it makes once a Relu or Clip behind it is part of its range. */
  readonly nodes: ReadonlyMap<GraphNode, { readonly output: string }>;
  /** Each Relu and Clip that vanishes. */
  readonly folded: ReadonlySet<GraphNode>;
  /** Tensors that those nodes read or make, each with the one whose levels it shares: mostly itself. */
  readonly levelsOf: ReadonlyMap<string, string>;
  /** Tensors that a graph makes of integers already, with that node: the pixels. */
  readonly given: ReadonlyMap<string, GraphNode>;
}

/**
 * Chooses the convolutions with constant weights, and what lies between them: pools, joins and sums. Matrix products, the head and all else stay in
 * floating point, as do pools and joins that only floating-point nodes read.
 */
export function planQuantisation(graph: Graph): QuantisationPlan {
  const readers = readersOf(graph);
  const isOutput = new Set(graph.outputs.map(({ name }) => name));
  const nodes = new Map<GraphNode, { readonly output: string }>();
  const folded = new Set<GraphNode>();
  const add = (node: GraphNode): string => {
    const [own = ''] = node.outputs;
    const [clip, ...others] = isOutput.has(own) ? [] : (readers.get(own) ?? []);
    const isFoldable = clip !== undefined && others.length === 0 && keepsZero(clip, graph);
    const output = isFoldable ? (clip.outputs[0] ?? '') : own;
    if (isFoldable) folded.add(clip);
    nodes.set(node, { output });
    return output;
  };

  const integers = new Set(
    graph.nodes.filter((node) => isWeighted(node, graph)).map(({ inputs }) => inputs[0] ?? ''),
  );
  for (const node of graph.nodes) {
    if (isWeighted(node, graph)) integers.add(add(node));
    else if (
      isBetween(node, graph) &&
      node.inputs.slice(0, activationsOf(node)).every((name) => integers.has(name))
    ) {
      integers.add(add(node));
    }
  }
  for (const node of [...graph.nodes].reverse()) {
    const known = nodes.get(node);
    if (known === undefined || isWeighted(node, graph)) continue;
    if ((readers.get(known.output) ?? []).some((reader) => nodes.has(reader))) continue;
    nodes.delete(node);
    for (const clip of readers.get(node.outputs[0] ?? '') ?? []) folded.delete(clip);
  }

  const levelsOf = new Map<string, string>();
  const share = (name: string): string => {
    const known = levelsOf.get(name) ?? name;
    levelsOf.set(name, known);
    return known;
  };
  for (const node of graph.nodes) {
    const known = nodes.get(node);
    if (known === undefined) continue;
    const read = node.inputs.slice(0, activationsOf(node)).map(share);
    levelsOf.set(known.output, isOperator(node, ...keeping) ? (read[0] ?? '') : known.output);
  }
  return { nodes, folded, levelsOf, given: givenIntegers(graph, levelsOf) };
}

/** How many of a node's first inputs are activations. */
export function activationsOf(node: GraphNode): number {
  if (isOperator(node, 'Concat')) return node.inputs.length;
  return isOperator(node, 'Add') ? 2 : 1;
}

/** Operators that move or choose among values: the levels behind them are those before. */
const keeping = ['MaxPool', 'Reshape', 'Transpose', 'Flatten'] as const;

function isWeighted(node: GraphNode, { initializers }: Graph): boolean {
  const [, weights = '', bias = ''] = node.inputs;
  const isFloat = (tensor: Tensor | undefined): boolean => tensor?.type === 'float32';
  return (
    isOperator(node, 'Conv') &&
    isFloat(initializers.get(weights)) &&
    (bias === '' || isFloat(initializers.get(bias)))
  );
}

function isBetween(node: GraphNode, { initializers }: Graph): boolean {
  if (node.outputs.length > 1) return false;
  // onnxruntime has no kernel on integers for these.
  if (isOperator(node, 'MaxPool', 'AveragePool') && optionalInt(node, 'ceil_mode') === 1) return false;
  if (isOperator(node, 'Add', 'Concat')) return !node.inputs.some((name) => initializers.has(name));
  return isOperator(node, 'AveragePool', ...keeping);
}

/** Whether a node is a Relu, or a Clip with constant bounds around 0: integers that end where its range ends need neither. */
function keepsZero(node: GraphNode, { initializers }: Graph): boolean {
  if (isOperator(node, 'Relu')) return true;
  if (!isOperator(node, 'Clip')) return false;
  const [, low = '', high = ''] = node.inputs;
  const bound = (name: string, absent: number): number =>
    name === '' ? absent : Number(initializers.get(name)?.data[0] ?? NaN);
  return bound(low, -Infinity) <= 0 && bound(high, Infinity) > 0;
}

/** The tensors that are made by a DequantizeLinear with one scale, of unsigned integers. */
function givenIntegers(graph: Graph, tensors: ReadonlyMap<string, string>): Map<string, GraphNode> {
  const scalar = (name: string | undefined): Tensor | undefined => {
    const tensor = graph.initializers.get(name ?? '');
    return tensor?.data.length === 1 ? tensor : undefined;
  };
  return new Map(
    graph.nodes
      .filter(
        (node) =>
          isOperator(node, 'DequantizeLinear') && tensors.get(node.outputs[0] ?? '') === node.outputs[0],
      )
      .filter(({ inputs }) => scalar(inputs[1]) !== undefined && scalar(inputs[2])?.type === 'uint8')
      .map((node) => [node.outputs[0] ?? '', node]),
  );
}

function readersOf({ nodes }: Graph): ReadonlyMap<string, readonly GraphNode[]> {
  const readers = new Map<string, GraphNode[]>();
  for (const node of nodes) {
    for (const name of new Set(node.inputs)) readers.set(name, [...(readers.get(name) ?? []), node]);
  }
  return readers;
}
