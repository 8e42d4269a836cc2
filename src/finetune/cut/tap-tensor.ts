import { isOperator } from '../../onnx/attributes.ts';
import type { Graph } from '../../onnx/graph.ts';

/**
 * The tensor of a backbone's graph that a tap averages: levels where it is quantised there.
 *
 * @throws Error when no node makes an output of that name: taps come from the same backbone as the graph.
 */
export function tapTensor({ name, nodes }: Graph, tap: string): string {
  const maker = (tensor: string | undefined) => nodes.find(({ outputs }) => outputs.includes(tensor ?? ''));
  const pooled = maker(tap);
  const [read] = pooled?.inputs ?? [];
  if (read === undefined) throw new Error(`No node of ${name} makes the tap ${tap}`);
  const before = maker(read);
  return isOperator(before, 'DequantizeLinear') ? (before.inputs[0] ?? read) : read;
}
