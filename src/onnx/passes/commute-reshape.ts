import { int64s, node as makeNode } from '../build.ts';
import type { GraphNode } from '../graph.ts';
import { axesOf } from '../shapes/axes.ts';
import { wrapAxis } from '../shapes/facts.ts';
import type { CommuteContext, Commuted, Commuter } from './commute.ts';
import { keepsOrder, withoutAxes } from './permutation.ts';
import { reshapeTarget } from './reshape-target.ts';

/** Operators that give the same values another shape, and Shape itself. */
export const reshapeCommuters: Readonly<Record<string, Commuter>> = {
  Reshape: reshape,
  Flatten: reshape,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Shape: shapeOf,
};

function reshape(node: GraphNode, context: CommuteContext): Commuted | undefined {
  const [input = ''] = node.inputs;
  const [output = ''] = node.outputs;
  const from = context.transposed(input);
  const [before, after] = [context.facts(from?.source ?? ''), context.facts(output)];
  if (from === undefined || before === undefined || after === undefined) return undefined;
  const target = keepsOrder(from.perm, before.dims) ? reshapeTarget(before.dims, after.dims) : undefined;
  if (target === undefined) return undefined;
  const shape = context.addConstant(`${output}/shape`, int64s(target));
  return { node: { ...node, op: 'Reshape', inputs: [from.source, shape], attributes: {} }, perm: [] };
}

function squeeze(node: GraphNode, context: CommuteContext): Commuted | undefined {
  const from = context.transposed(node.inputs[0] ?? '');
  const named = axesOf(node, context.facts(node.inputs[1] ?? ''));
  if (from === undefined || typeof named === 'string') return undefined;
  const axes = named.map((axis) => wrapAxis(axis, from.perm.length));
  const before = axes.map((axis) => from.perm[axis] ?? axis).sort((a, b) => a - b);
  const constant = context.addConstant(`${node.outputs[0] ?? ''}/axes`, int64s(before));
  return {
    node: { ...node, inputs: [from.source, constant], attributes: {} },
    perm: withoutAxes(from.perm, axes),
  };
}

// New axes of size one are put last, and the transposition brings them to their places.
function unsqueeze(node: GraphNode, context: CommuteContext): Commuted | undefined {
  const from = context.transposed(node.inputs[0] ?? '');
  const named = axesOf(node, context.facts(node.inputs[1] ?? ''));
  if (from === undefined || typeof named === 'string') return undefined;
  const rank = from.perm.length;
  const added = named.map((axis) => wrapAxis(axis, rank + named.length)).sort((a, b) => a - b);
  const old = [...from.perm];
  const perm = Array.from({ length: rank + added.length }, (_, axis) =>
    added.includes(axis) ? rank + added.indexOf(axis) : (old.shift() ?? axis),
  );
  const last = int64s(added.map((_, index) => rank + index));
  const constant = context.addConstant(`${node.outputs[0] ?? ''}/axes`, last);
  return { node: { ...node, inputs: [from.source, constant], attributes: {} }, perm };
}

function shapeOf(node: GraphNode, context: CommuteContext): Commuted | undefined {
  const from = context.transposed(node.inputs[0] ?? '');
  const [output = ''] = node.outputs;
  if (from === undefined || node.attributes.start !== undefined || node.attributes.end !== undefined) {
    return undefined;
  }
  const shape = context.newName(`${output}/before`);
  const perm = context.addConstant(`${output}/axes`, int64s(from.perm));
  return {
    before: [makeNode('Shape', [from.source], [shape])],
    node: { ...makeNode('Gather', [shape, perm], [output]), name: node.name },
    perm: [],
  };
}
