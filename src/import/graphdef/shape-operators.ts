import { elementCount } from '../../onnx/build.ts';
import type { Dim } from '../layers/draft.ts';
import { reshape } from '../layers/reshape.ts';
import { transpose } from '../layers/transpose.ts';
import { type Constant, intConstant } from './constant.ts';
import { denseSteps, gather } from './fold.ts';
import {
  dimsAt,
  inputAt,
  intsAt,
  isConstant,
  isPhoto,
  type Operand,
  type Operator,
  type OperatorImporter,
  unsupported,
  valueAt,
} from './operator.ts';

/** Shapes, and operators that change nothing else. */
export const shapeOperators: Readonly<Record<string, OperatorImporter>> = {
  ExpandDims: expandDims,
  Rank: (operator) => intConstant([shapeAt(operator).length], []),
  Reshape: (operator) => reshapeTo(operator, dimsAt(operator, 1)),
  Shape: (operator) => intConstant(shapeAt(operator)),
  Size: (operator) => intConstant([elementCount(constantShape(operator, shapeAt(operator)))], []),
  Squeeze: squeeze,
  Transpose: transposeAxes,
};

/** Gives the first input another shape. */
export function reshapeTo(operator: Operator, shape: readonly Dim[]): Operand {
  const operand = inputAt(operator, 0);
  if (!isConstant(operand)) return reshape(operator.draft, operator.name, valueAt(operator, 0), shape);
  const dims = constantShape(operator, shape);
  const [count, known] = [elementCount(operand.dims), elementCount(dims.filter((dim) => dim !== -1))];
  const target = dims.map((dim) => (dim === -1 ? count / known : dim));
  if (target.some((dim) => !Number.isInteger(dim) || dim < 0) || elementCount(target) !== count) {
    throw unsupported(operator, `a reshape from [${operand.dims.join(', ')}] to [${shape.join(', ')}]`);
  }
  return { ...operand, dims: target };
}

/** The shape of the first input. */
function shapeAt(operator: Operator): readonly Dim[] {
  const operand = inputAt(operator, 0);
  return isConstant(operand) ? operand.dims : valueAt(operator, 0).shape;
}

function constantShape(operator: Operator, shape: readonly Dim[]): readonly number[] {
  if (shape.includes('N')) throw unsupported(operator, 'a constant of the size of the batch');
  return shape as readonly number[];
}

function expandDims(operator: Operator): Operand {
  const operand = inputAt(operator, 0);
  const [axis = 0] = intsAt(operator, 1);
  if (isPhoto(operand) && operand.rank === 3 && axis === 0) {
    return { ...operand, name: operator.name, rank: 4 };
  }
  const shape = [...shapeAt(operator)];
  const at = axis < 0 ? axis + shape.length + 1 : axis;
  if (at < 0 || at > shape.length) throw unsupported(operator, `the axis ${axis}`);
  shape.splice(at, 0, 1);
  return reshapeTo(operator, shape);
}

function squeeze(operator: Operator): Operand {
  const shape = shapeAt(operator);
  const { attributes } = operator;
  const named = attributes.ints('squeeze_dims', attributes.ints('axis', []));
  const axes = named.map((axis) => (axis < 0 ? axis + shape.length : axis));
  if (axes.some((axis) => shape[axis] !== 1)) {
    throw unsupported(operator, `squeeze_dims [${named.join(', ')}] for an input [${shape.join(', ')}]`);
  }
  return reshapeTo(
    operator,
    shape.filter((dim, axis) => (axes.length === 0 ? dim !== 1 : !axes.includes(axis))),
  );
}

function transposeAxes(operator: Operator): Operand {
  const operand = inputAt(operator, 0);
  const perm = intsAt(operator, 1);
  if (!isConstant(operand)) return transpose(operator.draft, operator.name, valueAt(operator, 0), perm);
  return permuteConstant(operator, operand, perm);
}

function permuteConstant(operator: Operator, constant: Constant, perm: readonly number[]): Constant {
  const { dims } = constant;
  if ([...perm].sort((a, b) => a - b).join() !== dims.map((_, axis) => axis).join()) {
    throw unsupported(operator, `the order [${perm.join(', ')}] for ${dims.length} axes`);
  }
  const steps = denseSteps(dims);
  return gather(operator, constant, {
    dims: perm.map((axis) => dims[axis] ?? 1),
    steps: perm.map((axis) => steps[axis] ?? 0),
  });
}
