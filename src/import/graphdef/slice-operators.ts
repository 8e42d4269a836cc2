import { type AxisRange, slice } from '../layers/slice.ts';
import type { Dim, Value } from '../layers/draft.ts';
import { reshape } from '../layers/reshape.ts';
import { type Constant } from './constant.ts';
import { denseSteps, gather } from './fold.ts';
import {
  constantAt,
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
import { placeSlice } from './place-slice.ts';

/** Operators that take parts out of tensors. */
export const sliceOperators: Readonly<Record<string, OperatorImporter>> = {
  GatherV2: gatherRows,
  Slice: importSlice,
  Split: importSplit,
  SplitV: importSplitSizes,
  StridedSlice: importStridedSlice,
  Unpack: importUnpack,
};

function importSlice(operator: Operator): Operand {
  const shape = shapeOf(inputAt(operator, 0), operator, 0);
  const [begin, size] = [intsAt(operator, 1), intsAt(operator, 2)];
  const ranges = shape.flatMap((dim, axis): AxisRange[] => {
    const [start = 0, length = -1] = [begin[axis], size[axis]];
    if (dim === 'N' && start === 0 && length === -1) return [];
    const end = length === -1 ? Number(dim) : start + length;
    return [{ axis, start, end, step: 1 }];
  });
  return cut(operator, 0, operator.name, ranges);
}

function importStridedSlice(operator: Operator): Operand {
  const { attributes } = operator;
  const { ranges, shape } = placeSlice(operator, shapeOf(inputAt(operator, 0), operator, 0), {
    begin: intsAt(operator, 1),
    end: intsAt(operator, 2),
    strides: intsAt(operator, 3),
    beginMask: attributes.int('begin_mask', 0),
    endMask: attributes.int('end_mask', 0),
    ellipsisMask: attributes.int('ellipsis_mask', 0),
    newAxisMask: attributes.int('new_axis_mask', 0),
    shrinkMask: attributes.int('shrink_axis_mask', 0),
  });
  return cut(operator, 0, operator.name, ranges, shape);
}

function importSplit(operator: Operator): readonly Operand[] {
  const [axis = 0] = intsAt(operator, 0);
  const parts = operator.attributes.int('num_split', 1);
  const shape = shapeOf(inputAt(operator, 1), operator, 1);
  const length = Number(shape.at(axis)) / parts;
  return split(operator, 1, axis, evenly(operator, parts, length));
}

function importSplitSizes(operator: Operator): readonly Operand[] {
  const [[axis = 0], sizes] = [intsAt(operator, 2), intsAt(operator, 1)];
  const shape = shapeOf(inputAt(operator, 0), operator, 0);
  const rest = Number(shape.at(axis)) - sizes.reduce((sum, size) => sum + Math.max(0, size), 0);
  return split(
    operator,
    0,
    axis,
    sizes.map((size) => (size === -1 ? rest : size)),
  );
}

function importUnpack(operator: Operator): readonly Operand[] {
  const axis = operator.attributes.int('axis', 0);
  const shape = shapeOf(inputAt(operator, 0), operator, 0);
  const at = axis < 0 ? axis + shape.length : axis;
  const sizes = evenly(operator, Number(shape[at]), 1);
  return split(operator, 0, axis, sizes, (part) => part.filter((_, index) => index !== at));
}

function evenly(operator: Operator, parts: number, length: number): number[] {
  if (!Number.isInteger(length) || !(parts >= 1) || length < 1) {
    throw unsupported(operator, `${parts} parts of ${length}`);
  }
  operator.context.spend(parts);
  return Array.from({ length: parts }, () => length);
}

function split(
  operator: Operator,
  input: number,
  axis: number,
  sizes: readonly number[],
  shapePart: (shape: readonly Dim[]) => readonly Dim[] = (shape) => shape,
): Operand[] {
  const shape = shapeOf(inputAt(operator, input), operator, input);
  const at = axis < 0 ? axis + shape.length : axis;
  let start = 0;
  return sizes.map((size, index) => {
    const range = { axis: at, start, end: start + size, step: 1 };
    start += size;
    const part = shape.map((dim, own) => (own === at ? size : dim));
    const name = index === 0 ? operator.name : `${operator.name}:${index}`;
    return cut(operator, input, name, [range], shapePart(part));
  });
}

/** Takes a part of an input, and gives it a shape without or with more axes of length 1. */
function cut(
  operator: Operator,
  input: number,
  name: string,
  ranges: readonly AxisRange[],
  shape?: readonly Dim[],
): Operand {
  const operand = inputAt(operator, input);
  if (isConstant(operand)) return cutConstant(operator, operand, ranges, shape);
  const value = valueAt(operator, input);
  const parts = ranges.filter(
    ({ axis, start, end, step }) => start !== 0 || end !== value.shape[axis] || step !== 1,
  );
  const reshapes = shape !== undefined && shape.length !== value.shape.length;
  let part: Value = value;
  if (parts.length > 0) part = slice(operator.draft, reshapes ? `${name}#part` : name, value, parts);
  if (reshapes) return reshape(operator.draft, name, part, shape);
  return parts.length > 0 ? part : rename(operator.draft, name, part);
}

function cutConstant(
  operator: Operator,
  constant: Constant,
  ranges: readonly AxisRange[],
  shape: readonly Dim[] | undefined,
): Constant {
  const [dims, steps] = [[...constant.dims], denseSteps(constant.dims)];
  let offset = 0;
  for (const { axis, start, end, step } of ranges) {
    const dim = dims[axis];
    if (dim === undefined || start < 0 || end > dim || end < start || step < 1) {
      throw unsupported(operator, `a slice ${start}:${end}:${step} of [${constant.dims.join(', ')}]`);
    }
    offset += start * (steps[axis] ?? 0);
    dims[axis] = Math.ceil((end - start) / step);
    steps[axis] = (steps[axis] ?? 0) * step;
  }
  const part = gather(operator, constant, { dims, steps, offset });
  return shape === undefined ? part : { ...part, dims: shape as readonly number[] };
}

/** Lengths out of a shape. */
function gatherRows(operator: Operator): Operand {
  const [rows, indices, [axis = 0]] = [constantAt(operator, 0), constantAt(operator, 1), intsAt(operator, 2)];
  const places = intsAt(operator, 1);
  if (rows.dims.length !== 1 || axis !== 0 || places.some((at) => at < 0 || at >= rows.values.length)) {
    throw unsupported(operator, `places [${places.join(', ')}] of [${rows.dims.join(', ')}]`);
  }
  const taken = places.map((place) => gather(operator, rows, { dims: [1], steps: [1], offset: place }));
  const values = taken.map(({ values: [value] }) => value ?? 0);
  return { kind: 'constant', type: rows.type, dims: indices.dims, values: values as readonly Dim[] };
}

function shapeOf(operand: Operand, operator: Operator, index: number): readonly Dim[] {
  return isConstant(operand) ? operand.dims : valueAt(operator, index).shape;
}
