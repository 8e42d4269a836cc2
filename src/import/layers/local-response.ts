import { type Draft, emit, type Value } from './draft.ts';
import { pictureShape } from './window.ts';

/** The constants of a local response normalisation. */
export interface ResponseConstants {
  /** Channels on either side that count. */
  readonly radius: number;
  readonly bias: number;
  readonly alpha: number;
  readonly beta: number;
}

/**
 * Writes `x / (bias + alpha · Σ x²)^beta` with the sum over the neighbouring channels (Krizhevsky et al. 2012, section 3.3, as
 * tf.nn.local_response_normalization defines it).
 *
 * @throws RegraftError `OPERATOR_UNSUPPORTED` when the value is no picture.
 */
export function normaliseResponse(
  draft: Draft,
  name: string,
  input: Value,
  { radius, bias, alpha, beta }: ResponseConstants,
): Value {
  pictureShape(draft, name, input);
  const size = 2 * radius + 1;
  // ONNX divides alpha by the number of channels in the sum.
  return emit(
    draft,
    'LRN',
    [input.name],
    { name, shape: input.shape },
    {
      size: { int: size },
      bias: { float: bias },
      alpha: { float: alpha * size },
      beta: { float: beta },
    },
  );
}
