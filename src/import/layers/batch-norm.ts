import { floats } from '../../onnx/build.ts';
import { addConstant, type Draft, emit, type Value } from './draft.ts';
import { inOrder } from './reshape.ts';
import { unsupportedLayer } from './unsupported.ts';

/** The constants of a batch normalisation, each of one number a channel. */
export interface BatchNormConstants {
  /** Ones when absent. */
  readonly scale?: Float32Array | undefined;
  /** Zeros when absent. */
  readonly offset?: Float32Array | undefined;
  readonly mean: Float32Array;
  readonly variance: Float32Array;
  readonly epsilon: number;
}

/**
 * Writes `(x − mean) / √(variance + epsilon) · scale + offset` over the last axis (Ioffe & Szegedy 2015, algorithm 2).
 *
 * @throws RegraftError `OPERATOR_UNSUPPORTED` when the constants do not fit the channels.
 */
export function normaliseBatch(
  draft: Draft,
  name: string,
  input: Value,
  { mean, variance, epsilon, scale = mean.map(() => 1), offset = mean.map(() => 0) }: BatchNormConstants,
): Value {
  const channels = input.shape.at(-1);
  const parts = { scale, offset, mean, variance };
  const wrong = Object.values(parts).find(({ length }) => length !== channels);
  if (wrong !== undefined || (input.shape.length !== 2 && input.shape.length !== 4)) {
    throw unsupportedLayer(
      draft,
      name,
      `${wrong?.length ?? mean.length} constants for an input [${input.shape.join(', ')}]`,
    );
  }
  const constants = Object.entries(parts).map(([part, values]) =>
    addConstant(draft, `${name}#${part}`, floats([values.length], values)),
  );
  return emit(
    draft,
    'BatchNormalization',
    [inOrder(draft, input).name, ...constants],
    { name, shape: input.shape },
    { epsilon: { float: epsilon } },
  );
}
