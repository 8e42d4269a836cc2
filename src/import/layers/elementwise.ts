import { floats } from '../../onnx/build.ts';
import type { Attribute, Tensor } from '../../onnx/graph.ts';
import { addConstant, type Dim, type Draft, emit, type Value } from './draft.ts';
import { channelsFirst, permute } from './layout.ts';
import { inOrder } from './reshape.ts';
import { unsupportedLayer } from './unsupported.ts';

/** Functions of one number that ONNX has under these names. */
export type UnaryOperator =
  | 'Abs'
  | 'Ceil'
  | 'Elu'
  | 'Erf'
  | 'Exp'
  | 'Floor'
  | 'HardSigmoid'
  | 'LeakyRelu'
  | 'Log'
  | 'Neg'
  | 'Reciprocal'
  | 'Relu'
  | 'Round'
  | 'Selu'
  | 'Sigmoid'
  | 'Softplus'
  | 'Softsign'
  | 'Sqrt'
  | 'Tanh';

/** Writes a function of every number; whatever order the values lie in stays. */
export function applyUnary(
  draft: Draft,
  name: string,
  op: UnaryOperator,
  input: Value,
  attributes: Readonly<Record<string, Attribute>> = {},
): Value {
  return sameShape(input, emit(draft, op, [input.name], { name, shape: input.shape }, attributes));
}

/** Writes a clamp to `[low, high]`; an infinite end is left open. */
export function clamp(draft: Draft, name: string, input: Value, low: number, high: number): Value {
  if (low === 0 && high === Infinity) return applyUnary(draft, name, 'Relu', input);
  const bound = (which: string, value: number): string =>
    Number.isFinite(value) ? addConstant(draft, `${name}#${which}`, floats([], [value])) : '';
  const ends = [bound('low', low), bound('high', high)];
  while (ends.at(-1) === '') ends.pop();
  return sameShape(input, emit(draft, 'Clip', [input.name, ...ends], { name, shape: input.shape }));
}

/** Writes `x · min(max(x + 3, 0), 6) / 6` (Howard et al. 2019, Searching for MobileNetV3). */
export function hardSwish(draft: Draft, name: string, input: Value): Value {
  const gate = applyUnary(draft, `${name}#gate`, 'HardSigmoid', input, {
    alpha: { float: 1 / 6 },
    beta: { float: 0.5 },
  });
  return sameShape(input, emit(draft, 'Mul', [input.name, gate.name], { name, shape: input.shape }));
}

/** Writes `x · sigmoid(x)`. */
export function swish(draft: Draft, name: string, input: Value): Value {
  const gate = applyUnary(draft, `${name}#gate`, 'Sigmoid', input);
  return sameShape(input, emit(draft, 'Mul', [input.name, gate.name], { name, shape: input.shape }));
}

/** Operators of two numbers that ONNX has under these names. */
export type BinaryOperator = 'Add' | 'Sub' | 'Mul' | 'Div' | 'Max' | 'Min' | 'Pow';

/** One side of a binary operator: a value, or a constant in TensorFlow's order. */
export type Operand = Value | Tensor;

/**
 * Writes an operator of two sides that are broadcast against each other as numpy does it.
 *
 * @throws RegraftError `OPERATOR_UNSUPPORTED` when the shapes do not fit, or when both are constants.
 */
export function applyBinary(
  draft: Draft,
  name: string,
  op: BinaryOperator,
  left: Operand,
  right: Operand,
): Value {
  if (isTensor(left) && isTensor(right)) throw unsupportedLayer(draft, name, 'two constant operands');
  const values = [left, right].map((side) => (isTensor(side) ? side : inOrder(draft, side)));
  const shapes = values.map((side) => (isTensor(side) ? side.dims : side.shape));
  const rank = Math.max(...shapes.map(({ length }) => length));
  const names = values.map((side, index) =>
    isTensor(side)
      ? addConstant(draft, `${name}#${index === 0 ? 'left' : 'right'}`, widen(side, rank))
      : nameAtRank(draft, name, side, rank),
  );
  return emit(draft, op, names, { name, shape: broadcast(draft, name, shapes) });
}

/** Whether an operand is a constant. */
export function isTensor(operand: Operand): operand is Tensor {
  return 'data' in operand;
}

/** Gives a constant four axes in stored order when it meets a picture, so that its last axis is the channels. */
function widen(tensor: Tensor, rank: number): Tensor {
  if (rank !== 4 || tensor.dims.length === 0) return tensor;
  const dims = [...Array.from({ length: 4 - tensor.dims.length }, () => 1), ...tensor.dims];
  return permute({ ...tensor, dims }, channelsFirst);
}

function nameAtRank(draft: Draft, name: string, { name: value, shape }: Value, rank: number): string {
  // Below rank 4 the axes lie as numpy aligns them; a vector against a picture would meet the wrong axis.
  if (rank !== 4 || shape.length === 4 || shape.length === 0) return value;
  throw unsupportedLayer(draft, name, `operands of ${shape.length} and ${rank} axes`);
}

function broadcast(draft: Draft, name: string, shapes: readonly (readonly Dim[])[]): Dim[] {
  const rank = Math.max(...shapes.map(({ length }) => length));
  return Array.from({ length: rank }, (_, axis) => {
    const dims = shapes.map((shape) => shape[axis - rank + shape.length] ?? 1).filter((dim) => dim !== 1);
    if (dims.some((dim) => dim !== dims[0])) {
      throw unsupportedLayer(
        draft,
        name,
        `operands of shapes ${shapes.map((shape) => `[${shape.join(', ')}]`).join(' and ')}`,
      );
    }
    return dims[0] ?? 1;
  });
}

function sameShape(input: Value, output: Value): Value {
  return input.picture === undefined ? output : { ...output, picture: input.picture };
}
