import { floatAttribute, intAttribute } from '../attributes.ts';
import { floats, int64s } from '../build.ts';
import type { Attribute, GraphNode } from '../graph.ts';
import { wrapAxis } from '../shapes/facts.ts';
import { lowerDequantise } from './lower-dequantise.ts';
import { lowerLayerNorm } from './lower-layer-norm.ts';
import type { OpsetRule } from './opset-draft.ts';

/** Writes an input of integers as an attribute, which it was before set 13. */
function inputAsAttribute(name: string): OpsetRule {
  return (node, draft) => {
    const values = draft.integers(node, 1);
    const attributes: Record<string, Attribute> = { ...node.attributes };
    if (values !== undefined && values.length > 0) attributes[name] = { ints: values };
    return [{ ...node, inputs: node.inputs.slice(0, 1), attributes }];
  };
}

/** Refuses a node with a setting that older sets do not have, and leaves it out where it changes nothing. */
function withoutInt(name: string, neutral: number): OpsetRule {
  return (node, draft) => {
    if (intAttribute(node, name, neutral) !== neutral) throw draft.cannot(node, `it needs its ${name}`);
    const attributes = Object.entries(node.attributes).filter(([key]) => key !== name);
    return [{ ...node, attributes: Object.fromEntries(attributes) }];
  };
}

/** Before set 13 a softmax went over all axes from its own on: only over the last one it is the same. */
const softmaxOverLast: OpsetRule = (node, draft) => {
  const [input = ''] = node.inputs;
  const rank = draft.rank(node, input);
  const axis = wrapAxis(intAttribute(node, 'axis', -1), rank);
  const last = { axis: { int: rank - 1 } };
  if (axis === rank - 1) return [{ ...node, attributes: last }];
  const order = [...Array(rank).keys()];
  order[axis] = rank - 1;
  order[rank - 1] = axis;
  const perm = { perm: { ints: order } };
  const there = draft.step(node, 'Transpose', [input], perm);
  const scores = draft.step(node, node.op, [there.result], last);
  return [there, scores, draft.step(node, 'Transpose', [scores.result], perm, node.outputs[0])];
};

/** `x · max(0, min(1, x / 6 + 0.5))`. */
const hardSwish: OpsetRule = (node, draft) => {
  const [input = ''] = node.inputs;
  const gate = draft.step(node, 'HardSigmoid', [input], { alpha: { float: 1 / 6 }, beta: { float: 0.5 } });
  return [gate, draft.step(node, 'Mul', [input, gate.result], {}, node.outputs[0])];
};

/** Before set 13 none of the inputs may be left out. */
const resizeInputs: OpsetRule = (node, draft) => {
  const [input = '', region = '', scales = '', ...sizes] = node.inputs;
  const given = (name: string, wanted: string): string =>
    name === '' ? draft.addConstant(`${node.outputs[0] ?? ''}/${wanted}`, floats([0], [])) : name;
  return [{ ...node, inputs: [input, given(region, 'roi'), given(scales, 'scales'), ...sizes] }];
};

function negated(op: string): OpsetRule {
  return (node, draft) => {
    const compared = draft.step(node, op, node.inputs);
    return [compared, draft.step(node, 'Not', [compared.result], {}, node.outputs[0])];
  };
}

/** A part of a shape is cut out of it. */
const partOfShape: OpsetRule = (node, draft) => {
  const start = intAttribute(node, 'start', 0);
  const end = intAttribute(node, 'end', Number.MAX_SAFE_INTEGER);
  if (start === 0 && end === Number.MAX_SAFE_INTEGER) return [{ ...node, attributes: {} }];
  const [output = ''] = node.outputs;
  const whole = draft.step(node, 'Shape', node.inputs);
  const bounds = [
    draft.addConstant(`${output}/start`, int64s([start])),
    draft.addConstant(`${output}/end`, int64s([end])),
  ];
  return [whole, draft.step(node, 'Slice', [whole.result, ...bounds], {}, output)];
};

/** `α · (eˣᐟᵅ − 1)` below 0. */
const celu: OpsetRule = (node, draft) => {
  const alpha = floatAttribute(node, 'alpha', 1);
  const [input = ''] = node.inputs;
  const divisor = draft.addConstant(`${node.outputs[0] ?? ''}/alpha`, floats([], [alpha]));
  const divided = draft.step(node, 'Div', [input, divisor]);
  const curved = draft.step(node, 'Elu', [divided.result], { alpha: { float: 1 } });
  return [divided, curved, draft.step(node, 'Mul', [curved.result, divisor], {}, node.outputs[0])];
};

/** A way to write an operator in the sets below one. */
export interface LowerRule {
  readonly below: number;
  readonly rewrite: OpsetRule;
}

/** How operators of set 17 are written in older sets, down to 11, where that differs for the types that networks compute with. */
export const lowerRules: ReadonlyMap<string, LowerRule> = new Map(
  Object.entries({
    BatchNormalization: { below: 14, rewrite: withoutInt('training_mode', 0) },
    Celu: { below: 12, rewrite: celu },
    DequantizeLinear: { below: 13, rewrite: lowerDequantise },
    GreaterOrEqual: { below: 12, rewrite: negated('Less') },
    HardSwish: { below: 14, rewrite: hardSwish },
    LayerNormalization: { below: 17, rewrite: lowerLayerNorm },
    LessOrEqual: { below: 12, rewrite: negated('Greater') },
    LogSoftmax: { below: 13, rewrite: softmaxOverLast },
    QuantizeLinear: { below: 13, rewrite: scalarQuantise },
    ReduceSum: { below: 13, rewrite: inputAsAttribute('axes') },
    Reshape: { below: 14, rewrite: zeroCopies },
    Resize: { below: 13, rewrite: resizeInputs },
    Shape: { below: 15, rewrite: partOfShape },
    Softmax: { below: 13, rewrite: softmaxOverLast },
    Split: { below: 13, rewrite: inputAsAttribute('split') },
    Squeeze: { below: 13, rewrite: inputAsAttribute('axes') },
    Unsqueeze: { below: 13, rewrite: inputAsAttribute('axes') },
  }),
);

/** Before set 14 a size of 0 copies that of the input. */
function zeroCopies(...[node, draft]: Parameters<OpsetRule>): readonly GraphNode[] {
  const isTaken = intAttribute(node, 'allowzero', 0) === 1 && draft.integers(node, 1)?.includes(0) === true;
  if (isTaken) throw draft.cannot(node, 'it makes an empty tensor');
  const attributes = Object.entries(node.attributes).filter(([key]) => key !== 'allowzero');
  return [{ ...node, attributes: Object.fromEntries(attributes) }];
}

function scalarQuantise(...[node, draft]: Parameters<OpsetRule>): readonly GraphNode[] {
  if (draft.constants.get(node.inputs[1] ?? '')?.data.length !== 1) {
    throw draft.cannot(node, 'it has a scale for each channel');
  }
  const attributes = Object.entries(node.attributes).filter(([key]) => key !== 'axis');
  return [{ ...node, attributes: Object.fromEntries(attributes) }];
}
