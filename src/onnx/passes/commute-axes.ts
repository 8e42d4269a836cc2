import { intAttribute, intsAttribute } from '../attributes.ts';
import { int64s } from '../build.ts';
import type { Attribute, GraphNode, Tensor } from '../graph.ts';
import { numbersOf, wrapAxis } from '../shapes/facts.ts';
import { reductionRules } from '../shapes/reduction.ts';
import type { CommuteContext, Commuted, Commuter } from './commute.ts';
import { type Permutation, withoutAxes } from './permutation.ts';

const reductions = Object.keys(reductionRules).filter((op) => op.startsWith('Reduce'));

/** Operators that name axes: they name those that the axes had before the transposition. */
export const axisCommuters: Readonly<Record<string, Commuter>> = {
  ...Object.fromEntries(reductions.map((op) => [op, reduce])),
  ArgMax: argument,
  ArgMin: argument,
  Softmax: (node, context) => oneAxis(node, context, -1),
  LogSoftmax: (node, context) => oneAxis(node, context, -1),
  Hardmax: (node, context) => oneAxis(node, context, -1),
  Split: (node, context) => oneAxis(node, context, 0),
  Pad: (node, context) => everyAxis(node, context, [1]),
  Tile: (node, context) => everyAxis(node, context, [1]),
  Resize: (node, context) => (node.inputs[1] ? undefined : everyAxis(node, context, [2, 3])),
  Slice: slice,
};

function oneAxis(node: GraphNode, context: CommuteContext, absent: number): Commuted | undefined {
  const from = context.transposed(node.inputs[0] ?? '');
  if (from === undefined) return undefined;
  const axis = wrapAxis(intAttribute(node, 'axis', absent), from.perm.length);
  return moved(node, from.source, from.perm, { axis: { int: from.perm[axis] ?? axis } });
}

function reduce(node: GraphNode, context: CommuteContext): Commuted | undefined {
  const [input = '', axesInput = ''] = node.inputs;
  const from = context.transposed(input);
  const named = axesInput === '' ? intsAttribute(node, 'axes') : numbersOf(context.facts(axesInput));
  if (from === undefined || named === undefined || named.length === 0) return undefined;
  const axes = named.map((axis) => wrapAxis(axis, from.perm.length));
  const before = axes.map((axis) => from.perm[axis] ?? axis).sort((a, b) => a - b);
  const perm = intAttribute(node, 'keepdims', 1) !== 0 ? from.perm : withoutAxes(from.perm, axes);
  if (axesInput === '') return moved(node, from.source, perm, { axes: { ints: before } });
  const constant = context.addConstant(`${node.outputs[0] ?? ''}/axes`, int64s(before));
  return { node: { ...node, inputs: [from.source, constant] }, perm };
}

function argument(node: GraphNode, context: CommuteContext): Commuted | undefined {
  const commuted = oneAxis(node, context, 0);
  if (commuted === undefined || intAttribute(node, 'keepdims', 1) !== 0) return commuted;
  const axis = wrapAxis(intAttribute(node, 'axis', 0), commuted.perm.length);
  return { ...commuted, perm: withoutAxes(commuted.perm, [axis]) };
}

/** Rearranges constants that hold a value for each axis, or two (all starts, then all ends). */
function everyAxis(
  node: GraphNode,
  context: CommuteContext,
  places: readonly number[],
): Commuted | undefined {
  const from = context.transposed(node.inputs[0] ?? '');
  if (from === undefined) return undefined;
  const inputs = [from.source, ...node.inputs.slice(1)];
  for (const place of places) {
    const name = node.inputs[place] ?? '';
    if (name === '') continue;
    const constant = context.constant(name);
    if (constant === undefined) return undefined;
    if (constant.data.length === 0) continue;
    inputs[place] = context.addConstant(`${name}/transposed`, arrange(constant, from.perm));
  }
  return { node: { ...node, inputs }, perm: from.perm };
}

function arrange(constant: Tensor, perm: Permutation): Tensor {
  const rank = perm.length;
  const data = constant.data.slice();
  for (let start = 0; start < data.length; start += rank) {
    for (const [after, before] of perm.entries()) {
      data.set(constant.data.subarray(start + after, start + after + 1) as never, start + before);
    }
  }
  return { ...constant, data };
}

function slice(node: GraphNode, context: CommuteContext): Commuted | undefined {
  const [input = '', starts = '', ends = '', axesInput = '', ...steps] = node.inputs;
  const from = context.transposed(input);
  const count = context.facts(starts)?.dims[0];
  if (from === undefined || typeof count !== 'number') return undefined;
  const axes =
    axesInput === '' ? Array.from({ length: count }, (_, axis) => axis) : numbersOf(context.facts(axesInput));
  if (axes === undefined) return undefined;
  const before = axes.map((axis) => from.perm[wrapAxis(axis, from.perm.length)] ?? axis);
  const constant = context.addConstant(`${node.outputs[0] ?? ''}/axes`, int64s(before));
  return { node: { ...node, inputs: [from.source, starts, ends, constant, ...steps] }, perm: from.perm };
}

function moved(
  node: GraphNode,
  source: string,
  perm: Permutation,
  attributes: Readonly<Record<string, Attribute>>,
): Commuted {
  const inputs = [source, ...node.inputs.slice(1)];
  return { node: { ...node, inputs, attributes: { ...node.attributes, ...attributes } }, perm };
}
