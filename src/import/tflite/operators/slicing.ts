import { type AxisRange, slice } from '../../layers/slice.ts';
import type { Value } from '../../layers/draft.ts';
import { reshape } from '../../layers/reshape.ts';
import { read, write } from '../activations.ts';
import {
  inputsOf,
  numbersOf,
  optionsOf,
  type OperatorImporters,
  outputOf,
  unsupported,
} from '../operator.ts';
import type { TfliteOperator, TfliteTensor } from '../read-tflite.ts';
import type { TfliteDraft } from '../tflite-draft.ts';
import { strideAlong } from './strided-range.ts';

/** Operators that cut parts out of a value. */
export const slicingOperators: OperatorImporters = {
  SLICE(operator, draft) {
    const [input, begin, size] = inputsOf(operator, draft, 3);
    const [starts, lengths] = [numbersOf(operator, draft, begin), numbersOf(operator, draft, size)];
    const value = read(draft, input);
    const ranges = value.shape.slice(1).map((dim, index): AxisRange => {
      const [start, length] = [starts[index + 1] ?? 0, lengths[index + 1] ?? -1];
      return { axis: index + 1, start, end: length === -1 ? Number(dim) : start + length, step: 1 };
    });
    if (starts[0] !== 0) throw unsupported(operator, draft, 'a part of the batch');
    importSlice(operator, draft, value, ranges);
  },
  STRIDED_SLICE(operator, draft) {
    const [input] = inputsOf(operator, draft, 1);
    const options = optionsOf(operator, draft);
    if (options.int(2, 0) !== 0 || options.int(3, 0) !== 0) {
      throw unsupported(operator, draft, 'an ellipsis or a new axis');
    }
    const value = read(draft, input);
    const ranges = value.shape.map((dim, axis) => ({
      axis,
      // The batch is 1 in the file.
      ...strideAlong(operator, draft, axis, dim === 'N' ? 1 : dim),
    }));
    const [batch, ...others] = ranges;
    const shrunk = options.int(4, 0);
    if (batch?.start !== 0 || batch.end !== 1 || (shrunk & 1) === 1) {
      throw unsupported(operator, draft, 'a part of the batch');
    }
    importSlice(operator, draft, value, others, shrunk);
  },
  SPLIT(operator, draft) {
    const [axis, input] = inputsOf(operator, draft, 2);
    const count = operator.outputs.length;
    const value = read(draft, input);
    const at = axisOf(operator, draft, axis, value);
    const length = Number(value.shape[at]) / count;
    importSplit(
      operator,
      draft,
      value,
      at,
      operator.outputs.map(() => length),
    );
  },
  SPLIT_V(operator, draft) {
    const [input, sizes, axis] = inputsOf(operator, draft, 3);
    const value = read(draft, input);
    const at = axisOf(operator, draft, axis, value);
    const stated = numbersOf(operator, draft, sizes);
    const known = stated.reduce((sum, size) => sum + Math.max(0, size), 0);
    const rest = Number(value.shape[at]) - known;
    importSplit(
      operator,
      draft,
      value,
      at,
      stated.map((size) => (size < 0 ? rest : size)),
    );
  },
};

/** @param shrunk - A bit for each axis that is left out, as it is of length 1. */
function importSlice(
  operator: TfliteOperator,
  draft: TfliteDraft,
  value: Value,
  ranges: readonly AxisRange[],
  shrunk = 0,
): void {
  write(draft, outputOf(operator, draft), (name) => {
    const parts = slice(draft, shrunk === 0 ? name : `${name}#kept`, value, ranges);
    const kept = parts.shape.filter((_, axis) => ((shrunk >> axis) & 1) === 0);
    return shrunk === 0 ? parts : reshape(draft, name, parts, kept);
  });
}

function importSplit(
  operator: TfliteOperator,
  draft: TfliteDraft,
  value: Value,
  axis: number,
  lengths: readonly number[],
): void {
  let start = 0;
  for (const [index, output] of operator.outputs.entries()) {
    const end = start + (lengths[index] ?? 0);
    const range: AxisRange = { axis, start, end, step: 1 };
    if (!Number.isInteger(end)) throw unsupported(operator, draft, 'parts of unequal length');
    write(draft, output, (name) => slice(draft, name, value, [range]));
    start = end;
  }
}

function axisOf(
  operator: TfliteOperator,
  draft: TfliteDraft,
  tensor: TfliteTensor,
  { shape }: Value,
): number {
  const [axis = 0] = numbersOf(operator, draft, tensor);
  return axis < 0 ? axis + shape.length : axis;
}
