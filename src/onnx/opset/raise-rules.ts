import { intsAttribute } from '../attributes.ts';
import { int64s } from '../build.ts';
import type { OpsetRule } from './opset-draft.ts';

/** Axes of a reduction become an input in set 18. */
const axesAsInput: OpsetRule = (node, draft) => {
  const axes = intsAttribute(node, 'axes');
  if (axes === undefined) return [node];
  const attributes = Object.fromEntries(Object.entries(node.attributes).filter(([name]) => name !== 'axes'));
  const name = draft.addConstant(`${node.outputs[0] ?? ''}/axes`, int64s(axes));
  return [{ ...node, inputs: [...node.inputs.slice(0, 1), name], attributes }];
};

/** A Split without sizes tells the number of its outputs since set 18. */
const countOutputs: OpsetRule = (node) =>
  (node.inputs[1] ?? '') === ''
    ? [{ ...node, attributes: { ...node.attributes, num_outputs: { int: node.outputs.length } } }]
    : [node];

/** How operators of set 17 are written in set 18 and 19, where that differs. */
export const raiseRules: ReadonlyMap<string, OpsetRule> = new Map([
  ...['L1', 'L2', 'LogSum', 'LogSumExp', 'Max', 'Mean', 'Min', 'Prod', 'SumSquare'].map(
    (kind) => [`Reduce${kind}`, axesAsInput] as const,
  ),
  ['Split', countOutputs],
]);
