import { intAttribute } from '../attributes.ts';
import type { GraphNode } from '../graph.ts';
import { wrapAxis } from '../shapes/facts.ts';
import { elementwiseRules } from '../shapes/elementwise.ts';
import { arrangeOperand } from './arrange-operand.ts';
import type { CommuteContext, Commuted, Commuter } from './commute.ts';

const elementwise = Object.keys(elementwiseRules).filter((op) => op !== 'CumSum' && op !== 'Trilu');

/** Operators that do the same to every element, and Concat, wherever their inputs are transposed alike or can be arranged for nothing. */
export const elementwiseCommuters: Readonly<Record<string, Commuter>> = {
  ...Object.fromEntries(elementwise.map((op) => [op, (node, context) => arrangeAll(node, context)])),
  Dropout: (node, context) => arrangeAll(node, context),
  Concat: concat,
  QuantizeLinear: quantise,
  DequantizeLinear: quantise,
};

function arrangeAll(node: GraphNode, context: CommuteContext, isConcat = false): Commuted | undefined {
  const perm = node.inputs.map((name) => context.transposed(name)?.perm).find((found) => found !== undefined);
  const rank = context.facts(node.outputs[0] ?? '')?.dims.length;
  if (perm?.length !== rank || perm === undefined) return undefined;
  const before: GraphNode[] = [];
  const inputs: string[] = [];
  for (const name of node.inputs) {
    const arranged = arrangeOperand(name, perm, context, isConcat);
    if (arranged === undefined) return undefined;
    before.push(...arranged.before);
    inputs.push(arranged.name);
  }
  return { before, node: { ...node, inputs }, perm };
}

function concat(node: GraphNode, context: CommuteContext): Commuted | undefined {
  const commuted = arrangeAll(node, context, true);
  if (commuted === undefined) return undefined;
  const axis = wrapAxis(intAttribute(node, 'axis', 0), commuted.perm.length);
  const attributes = { ...node.attributes, axis: { int: commuted.perm[axis] ?? axis } };
  return { ...commuted, node: { ...commuted.node, attributes } };
}

function quantise(node: GraphNode, context: CommuteContext): Commuted | undefined {
  const [input = '', scale = '', ...others] = node.inputs;
  const from = context.transposed(input);
  const scaleRank = context.facts(scale)?.dims.length;
  if (from === undefined || scaleRank === undefined) return undefined;
  const inputs = [from.source, scale, ...others];
  if (scaleRank === 0) return { node: { ...node, inputs }, perm: from.perm };
  const axis = wrapAxis(intAttribute(node, 'axis', 1), from.perm.length);
  const attributes = { ...node.attributes, axis: { int: from.perm[axis] ?? axis } };
  return { node: { ...node, inputs, attributes }, perm: from.perm };
}
