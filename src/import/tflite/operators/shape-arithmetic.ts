import type { Dim } from '../../layers/draft.ts';
import { integersOf } from '../constants.ts';
import { inputsOf, numbersOf, type OperatorImporter, outputOf, unsupported } from '../operator.ts';
import type { TfliteOperator, TfliteTensor } from '../read-tflite.ts';
import type { TfliteDraft } from '../tflite-draft.ts';
import { strideAlong } from './strided-range.ts';

/**
 * Operators on shapes, which networks with an open batch compute while they run: worked out at import, with the batch as the symbol `N`.
 * They are the operators whose result is int32 or int64.
 */
export const shapeArithmetic: Readonly<Record<string, OperatorImporter>> = {
  SHAPE: folded((operator, draft) => {
    const [input] = inputsOf(operator, draft, 1);
    const value = draft.made.get(input);
    if (value === undefined) throw unsupported(operator, draft, 'a constant input');
    return value.shape;
  }),
  STRIDED_SLICE: folded((operator, draft) => {
    const [input] = inputsOf(operator, draft, 1);
    const values = valuesOf(operator, draft, input);
    const { start, end, step } = strideAlong(operator, draft, 0, values.length);
    return values.slice(start, end).filter((_, index) => index % step === 0);
  }),
  SLICE: folded((operator, draft) => {
    const [input, begin, size] = inputsOf(operator, draft, 3);
    const values = valuesOf(operator, draft, input);
    const [[start = 0], [length = -1]] = [begin, size].map((tensor) =>
      numbersOf(operator, draft, tensor),
    ) as [number[], number[]];
    return values.slice(start, length === -1 ? values.length : start + length);
  }),
  GATHER: folded((operator, draft) => {
    const [input, indices] = inputsOf(operator, draft, 2);
    const values = valuesOf(operator, draft, input);
    return numbersOf(operator, draft, indices).map((index) => {
      const value = values.at(index);
      if (value === undefined) throw unsupported(operator, draft, `the index ${index} of ${values.length}`);
      return value;
    });
  }),
  PACK: folded(joined),
  CONCATENATION: folded(joined),
  CAST: folded(joined),
  RESHAPE: folded(first),
  SQUEEZE: folded(first),
  EXPAND_DIMS: folded(first),
  REDUCE_PROD: folded((operator, draft) => {
    const [input] = inputsOf(operator, draft, 1);
    return [numbersOf(operator, draft, input).reduce((product, number) => product * number, 1)];
  }),
  ADD: calculated((a, b) => a + b),
  SUB: calculated((a, b) => a - b),
  MUL: calculated((a, b) => a * b),
};

function folded(compute: (operator: TfliteOperator, draft: TfliteDraft) => readonly Dim[]): OperatorImporter {
  return (operator, draft) => {
    draft.integers.set(outputOf(operator, draft), compute(operator, draft));
  };
}

function calculated(calculate: (a: number, b: number) => number): OperatorImporter {
  return folded((operator, draft) => {
    const [left, right] = inputsOf(operator, draft, 2);
    const [a, b] = [numbersOf(operator, draft, left), numbersOf(operator, draft, right)];
    const length = a.length === 1 ? b.length : a.length;
    return Array.from({ length }, (_, index) =>
      calculate(a[index % a.length] ?? NaN, b[index % b.length] ?? NaN),
    );
  });
}

function joined(operator: TfliteOperator, draft: TfliteDraft): readonly Dim[] {
  return operator.inputs.flatMap((tensor) => (tensor === undefined ? [] : valuesOf(operator, draft, tensor)));
}

function first(operator: TfliteOperator, draft: TfliteDraft): readonly Dim[] {
  const [input] = inputsOf(operator, draft, 1);
  return valuesOf(operator, draft, input);
}

function valuesOf(operator: TfliteOperator, draft: TfliteDraft, tensor: TfliteTensor): readonly Dim[] {
  const values = integersOf(draft, tensor);
  if (values === undefined) throw unsupported(operator, draft, `computed numbers in tensor ${tensor.name}`);
  return values;
}
