import { append } from '../onnx/append.ts';
import { isOperator } from '../onnx/attributes.ts';
import { node } from '../onnx/build.ts';
import { cutAt } from '../onnx/cut.ts';
import type { GraphNode, Model, ValueInfo } from '../onnx/graph.ts';
import type { TapSource } from './taps/tap-source.ts';

/**
 * Cuts a network at its taps: each becomes an output of the tap's name, float32 `[N, size]`, the mean of its tensor over the tap's axes.
 * A quantised tensor is dequantised first.
 *
 * @throws Error when the network has no tensor of that name: `findTaps` and `tapFor` give those that it has.
 */
export function attachTaps(whole: Model, taps: readonly TapSource[]): Model {
  const { model, nameOf } = freeNames(
    whole,
    taps.map(({ name }) => name),
  );
  const made = new Set(model.graph.nodes.flatMap(({ outputs }) => outputs));
  const nodes: GraphNode[] = [];
  for (const { name, tensor, axes } of taps) {
    const source = realTensor(nameOf(tensor), model, nodes, made);
    nodes.push(
      axes.length === 0
        ? node('Identity', [source], [name])
        : node('ReduceMean', [source], [name], { axes: { ints: axes }, keepdims: { int: 0 } }),
    );
  }
  const outputs = taps.map(({ name, size }): ValueInfo => ({ name, type: 'float32', dims: ['N', size] }));
  return cutAt(append(model, { nodes, outputs }), outputs);
}

/** The tensor as real numbers; a node that dequantises it is used if there is one, else added. */
function realTensor(tensor: string, { graph }: Model, nodes: GraphNode[], made: Set<string>): string {
  const quantiser = graph.nodes.find(({ outputs }) => outputs.includes(tensor));
  if (!isOperator(quantiser, 'QuantizeLinear')) return tensor;
  const known = [...graph.nodes, ...nodes].find(
    (other) => isOperator(other, 'DequantizeLinear') && other.inputs[0] === tensor,
  );
  if (known?.outputs[0] !== undefined) return known.outputs[0];
  const real = freeName(`${tensor}/dequantised`, made);
  nodes.push({
    ...node('DequantizeLinear', [tensor, ...quantiser.inputs.slice(1)], [real]),
    attributes: quantiser.attributes,
  });
  return real;
}

/** Gives another name to tensors of the network that are called as a tap. */
function freeNames(
  model: Model,
  wanted: readonly string[],
): { model: Model; nameOf: (name: string) => string } {
  const { graph } = model;
  const taken = new Set([...graph.nodes.flatMap(({ outputs }) => outputs), ...graph.initializers.keys()]);
  const renamed = new Map<string, string>();
  for (const name of wanted) if (taken.has(name)) renamed.set(name, freeName(`${name}/tensor`, taken));
  const nameOf = (name: string): string => renamed.get(name) ?? name;
  if (renamed.size === 0) return { model, nameOf };
  const nodes = graph.nodes.map((old) => ({
    ...old,
    inputs: old.inputs.map(nameOf),
    outputs: old.outputs.map(nameOf),
  }));
  const initializers = new Map([...graph.initializers].map(([name, tensor]) => [nameOf(name), tensor]));
  return { model: { ...model, graph: { ...graph, nodes, initializers } }, nameOf };
}

function freeName(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let count = 2; taken.has(name); count++) name = `${wanted}/${count}`;
  taken.add(name);
  return name;
}
