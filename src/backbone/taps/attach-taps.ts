import { append } from '../../onnx/append.ts';
import { isOperator } from '../../onnx/attributes.ts';
import { batchOf } from '../../onnx/batch-of.ts';
import { node } from '../../onnx/build.ts';
import { cutAt } from '../../onnx/cut.ts';
import type { Graph, GraphNode, Model, ValueInfo } from '../../onnx/graph.ts';
import { freeName, namesOf } from '../../onnx/names.ts';
import { renameTensor } from '../../onnx/rename.ts';
import type { TapSource } from './tap-source.ts';

/**
 * Cuts a network at its taps: each becomes an output of the tap's name, float32 `[N, size]`, the mean of its tensor over the tap's axes;
 * `[1, size]` where the network takes one photo at a time.
 * A quantised tensor is dequantised first.
 *
 * @throws Error when the network has no tensor of that name: `findTaps` and `tapFor` give those that it has.
 */
export function attachTaps(whole: Model, taps: readonly TapSource[]): Model {
  const taken = namesOf(whole.graph);
  let { graph } = whole;
  // A tensor that is called as a tap makes way.
  const moved = new Map<string, string>();
  for (const { name } of taps) {
    if (!graph.nodes.some(({ outputs }) => outputs.includes(name))) continue;
    moved.set(name, freeName(`${name}/tensor`, taken));
    graph = renameTensor(graph, name, moved.get(name) ?? name);
  }
  const nodes: GraphNode[] = [];
  for (const { name, tensor, axes } of taps) {
    const source = realTensor(moved.get(tensor) ?? tensor, graph, nodes, taken);
    const pooled =
      axes.length === 0
        ? node('Identity', [source], [name])
        : node('ReduceMean', [source], [name], { axes: { ints: axes }, keepdims: { int: 0 } });
    nodes.push({ ...pooled, name: freeName(name, taken) });
  }
  const batch = batchOf(whole);
  const outputs = taps.map(({ name, size }): ValueInfo => ({ name, type: 'float32', dims: [batch, size] }));
  return cutAt(append({ ...whole, graph }, { nodes, outputs }), outputs);
}

/** The tensor as real numbers; a node that dequantises it is used if there is one, else added. */
function realTensor(tensor: string, graph: Graph, nodes: GraphNode[], taken: Set<string>): string {
  const quantiser = graph.nodes.find(({ outputs }) => outputs.includes(tensor));
  if (!isOperator(quantiser, 'QuantizeLinear')) return tensor;
  const known = [...graph.nodes, ...nodes].find(
    (other) => isOperator(other, 'DequantizeLinear') && other.inputs[0] === tensor,
  );
  if (known?.outputs[0] !== undefined) return known.outputs[0];
  const real = freeName(`${tensor}/dequantised`, taken);
  nodes.push({
    ...node('DequantizeLinear', [tensor, ...quantiser.inputs.slice(1)], [real]),
    attributes: quantiser.attributes,
  });
  return real;
}
