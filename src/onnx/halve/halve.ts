import { isOperator } from '../attributes.ts';
import { node } from '../build.ts';
import { elementTypeNumbers } from '../element-types.ts';
import type { GraphNode, Model, Tensor } from '../graph.ts';
import { toHalves } from '../half-floats.ts';
import { freeName, namesOf } from '../names.ts';
import type { TensorFacts } from '../shapes/facts.ts';

/** Smaller constants of nodes in single precision stay as they are. */
const fewValues = 1024;

/**
 * Rewrites a graph so that the given nodes compute in half precision, with casts where they meet others. The weights of all layers are stored in half precision; inputs and outputs
 * of the graph stay as they are.
 */
export function halve(
  { graph, ...model }: Model,
  halves: ReadonlySet<GraphNode>,
  facts: ReadonlyMap<string, TensorFacts>,
): Model {
  const taken = namesOf(graph);
  const constants = new Map(graph.initializers);
  const nodes: GraphNode[] = [];
  const halfNames = new Map<string, string>();
  const isReal = (name: string): boolean => facts.get(name)?.type === 'float32';
  const halfName = (name: string): string => {
    const known = halfNames.get(name) ?? freeName(`${name}/half`, taken);
    halfNames.set(name, known);
    return known;
  };
  const cast = (from: string, to: string, type: 'float16' | 'float32'): void => {
    const name = freeName(`${from}/cast`, taken);
    nodes.push({ ...node('Cast', [from], [to], { to: { int: elementTypeNumbers[type] } }), name });
  };
  const halfConstant = (name: string, { dims, data }: Tensor): string => {
    const half = halfName(name);
    constants.set(half, { type: 'float16', dims, data: toHalves(data as Float32Array) });
    return half;
  };

  const readBy = (half: boolean): Set<string> =>
    new Set(graph.nodes.filter((one) => halves.has(one) === half).flatMap(({ inputs }) => inputs));
  const [readAsHalf, readAsFull] = [readBy(true), readBy(false)];
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  for (const [name, tensor] of graph.initializers) {
    if (tensor.type !== 'float32') continue;
    if (readAsHalf.has(name)) halfConstant(name, tensor);
    else if (tensor.data.length >= fewValues && isWeights(name, graph.nodes)) {
      cast(halfConstant(name, tensor), name, 'float32');
      constants.delete(name);
    }
  }
  for (const { name } of graph.inputs) {
    if (isReal(name) && readAsHalf.has(name)) cast(name, halfName(name), 'float16');
  }
  for (const original of graph.nodes) {
    if (!halves.has(original)) {
      nodes.push(original);
      for (const name of original.outputs) {
        if (isReal(name) && readAsHalf.has(name)) cast(name, halfName(name), 'float16');
      }
      continue;
    }
    const toHalf = (name: string): string => (isReal(name) ? halfName(name) : name);
    nodes.push({
      ...original,
      inputs: original.inputs.map(toHalf),
      outputs: original.outputs.map(toHalf),
    });
    for (const name of original.outputs) {
      if (readAsFull.has(name) || outputs.has(name)) cast(halfName(name), name, 'float32');
    }
  }
  const used = new Set(nodes.flatMap(({ inputs }) => inputs));
  const initializers = new Map([...constants].filter(([name]) => used.has(name)));
  return { ...model, graph: { ...graph, nodes, initializers } };
}

/** Whether a constant is the weights of layers and nothing else. */
function isWeights(name: string, nodes: readonly GraphNode[]): boolean {
  return nodes
    .filter(({ inputs }) => inputs.includes(name))
    .every((reader) => isOperator(reader, 'Conv', 'ConvTranspose', 'Gemm', 'MatMul'));
}
