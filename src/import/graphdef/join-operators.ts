import { concatenate } from '../layers/concat.ts';
import type { Dim, Value } from '../layers/draft.ts';
import { reshape } from '../layers/reshape.ts';
import { elementCount } from '../../onnx/build.ts';
import { blankValues, type Constant } from './constant.ts';
import {
  inputAt,
  intsAt,
  isConstant,
  type Operand,
  type Operator,
  type OperatorImporter,
  unsupported,
  valueAt,
} from './operator.ts';
import { rename } from './rename.ts';

/** Operators that put tensors together. */
export const joinOperators: Readonly<Record<string, OperatorImporter>> = {
  Concat: (operator) => join(operator, range(1, operator.inputs.length), intsAt(operator, 0)[0] ?? 0),
  ConcatV2: (operator) =>
    join(
      operator,
      range(0, operator.inputs.length - 1),
      intsAt(operator, operator.inputs.length - 1)[0] ?? 0,
    ),
  Pack: importPack,
};

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);
}

function join(operator: Operator, indices: readonly number[], axis: number): Operand {
  const { draft, name } = operator;
  const operands = indices.map((index) => inputAt(operator, index));
  if (operands.length > 0 && operands.every(isConstant)) return joinConstants(operator, operands, axis);
  // A constant would have to be repeated for each photo of the batch.
  const values = indices.map((index) => valueAt(operator, index));
  const [only] = values;
  if (only === undefined) throw unsupported(operator, 'nothing to join');
  return values.length === 1 ? rename(draft, name, only) : concatenate(draft, name, values, axis);
}

function importPack(operator: Operator): Operand {
  const axis = operator.attributes.int('axis', 0);
  const widened = operator.inputs.map((operand, index): Constant | Value => {
    const shape: readonly Dim[] = isConstant(operand) ? operand.dims : valueAt(operator, index).shape;
    const at = axis < 0 ? axis + shape.length + 1 : axis;
    const target = [...shape.slice(0, at), 1, ...shape.slice(at)];
    if (isConstant(operand)) return { ...operand, dims: target as number[] };
    return reshape(operator.draft, `${operator.name}#part${index}`, valueAt(operator, index), target);
  });
  return join({ ...operator, inputs: widened }, range(0, widened.length), axis);
}

function joinConstants(operator: Operator, parts: readonly Constant[], axis: number): Constant {
  const [first] = parts as [Constant];
  const rank = first.dims.length;
  const at = axis < 0 ? axis + rank : axis;
  const fits = parts.every(
    ({ dims, type }) =>
      type === first.type &&
      dims.length === rank &&
      dims.every((dim, own) => own === at || dim === first.dims[own]),
  );
  if (!fits || at < 0 || at >= rank) {
    throw unsupported(operator, `${parts.length} constants that do not fit along axis ${axis}`);
  }
  const lengths = parts.map(({ dims }) => dims[at] ?? 0);
  const dims = first.dims.map((dim, own) => (own === at ? lengths.reduce((a, b) => a + b, 0) : dim));
  operator.context.spend(elementCount(dims));
  const values = blankValues(first.type, elementCount(dims)) as Dim[];
  const block = elementCount(dims.slice(at + 1));
  const rows = elementCount(dims.slice(0, at));
  let written = 0;
  for (let row = 0; row < rows; row++) {
    for (const [part, constant] of parts.entries()) {
      const count = (lengths[part] ?? 0) * block;
      for (let index = 0; index < count; index++) {
        values[written++] = constant.values[row * count + index] ?? 0;
      }
    }
  }
  return { ...first, dims, values };
}
