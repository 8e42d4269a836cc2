import type { RegraftError } from '../../errors.ts';
import { unsupportedLayer } from '../layers/unsupported.ts';
import { integersOf } from './constants.ts';
import type { FlatTable } from './flat-table.ts';
import type { Range } from './quantisation.ts';
import type { TfliteOperator, TfliteTensor } from './read-tflite.ts';
import type { TfliteDraft } from './tflite-draft.ts';

/** Writes one TensorFlow Lite operator as ONNX. */
export type OperatorImporter = (operator: TfliteOperator, draft: TfliteDraft) => void;

/** Operators that can be imported, by their names in TensorFlow Lite's schema. */
export type OperatorImporters = Readonly<Record<string, OperatorImporter>>;

/**
 * The first inputs of an operator, all of them there.
 *
 * @throws RegraftError `OPERATOR_UNSUPPORTED` when it has fewer.
 */
export function inputsOf(operator: TfliteOperator, draft: TfliteDraft, count: 1): readonly [TfliteTensor];
export function inputsOf(
  operator: TfliteOperator,
  draft: TfliteDraft,
  count: 2,
): readonly [TfliteTensor, TfliteTensor];
export function inputsOf(
  operator: TfliteOperator,
  draft: TfliteDraft,
  count: 3,
): readonly [TfliteTensor, TfliteTensor, TfliteTensor];
export function inputsOf(
  operator: TfliteOperator,
  draft: TfliteDraft,
  count: number,
): readonly TfliteTensor[] {
  const inputs = operator.inputs.slice(0, count).filter((tensor) => tensor !== undefined);
  if (inputs.length === count) return inputs;
  throw unsupported(operator, draft, `${inputs.length} inputs instead of ${count}`);
}

/**
 * The result of an operator.
 *
 * @throws RegraftError `OPERATOR_UNSUPPORTED` when it has none.
 */
export function outputOf(operator: TfliteOperator, draft: TfliteDraft): TfliteTensor {
  const [output] = operator.outputs;
  if (output === undefined) throw unsupported(operator, draft, 'no output');
  return output;
}

/**
 * The options of an operator.
 *
 * @throws RegraftError `OPERATOR_UNSUPPORTED` when it has none.
 */
export function optionsOf(operator: TfliteOperator, draft: TfliteDraft): FlatTable {
  if (operator.options === undefined) throw unsupported(operator, draft, 'no options');
  return operator.options;
}

/**
 * The numbers of an integer input.
 *
 * @throws RegraftError `OPERATOR_UNSUPPORTED` when they are not known before a run, or stand for the batch.
 */
export function numbersOf(
  operator: TfliteOperator,
  draft: TfliteDraft,
  tensor: TfliteTensor | undefined,
): readonly number[] {
  const numbers = tensor && integersOf(draft, tensor);
  const known = numbers?.filter((number) => number !== 'N');
  if (known !== undefined && known.length === numbers?.length) return known;
  throw unsupported(operator, draft, `computed numbers in tensor ${tensor?.name ?? 'that is left out'}`);
}

/**
 * The range of a fused activation by its number (`ActivationFunctionType`).
 *
 * @throws RegraftError `OPERATOR_UNSUPPORTED` for others.
 */
export function fusedActivation(operator: TfliteOperator, draft: TfliteDraft, number: number): Range {
  const range = activationRanges[number];
  if (range !== undefined) return range;
  throw unsupported(operator, draft, `the fused activation ${number}`);
}

/** The error for an operator that cannot be written: `found` completes "<operator> in <file> has …". */
export function unsupported(
  { kind, outputs }: TfliteOperator,
  draft: Pick<TfliteDraft, 'source'>,
  found: string,
): RegraftError {
  return unsupportedLayer(draft, `${kind} (tensor ${outputs[0]?.name ?? 'without a name'})`, found);
}

const activationRanges: readonly Range[] = [
  { low: -Infinity, high: Infinity },
  { low: 0, high: Infinity },
  { low: -1, high: 1 },
  { low: 0, high: 6 },
];
