import type { Tensor } from '../graph.ts';

/**
 * The largest level of a weight. Processors with AVX2 but without VNNI add two products of an unsigned and a signed byte in 16 bits, which
 * ends at 32,767: 255 × 64 × 2 fits, 255 × 127 × 2 does not. So that a file computes the same everywhere, its weights have 7 bits.
 */
export const mostWeightLevel = 64;

/** More than this the bias in steps of input and weights must not be, of 2³¹. */
const mostBiasLevel = 2 ** 30;

/** Weights and bias of a convolution as integers; `weights = levels × scale`, a scale for each output channel. */
export interface QuantisedWeights {
  /** int8, dims of the weights. */
  readonly levels: Tensor;
  /** float32 `[channels]` */
  readonly scales: Tensor;
  /** int32 `[channels]`, in steps of input scale × weight scale; absent without bias. */
  readonly bias: Tensor | undefined;
  /** float32 `[channels]` */
  readonly biasScales: Tensor;
}

/**
 * Rounds the weights of a convolution `[channels, …]` to integers from −64 to 64, symmetric, with a scale of its own for each output channel.
 *
 * @param inputScale - Of the levels that the convolution reads.
 */
export function quantiseWeights(
  { dims, data }: Tensor,
  bias: Tensor | undefined,
  inputScale: number,
  most = mostWeightLevel,
): QuantisedWeights {
  const channels = dims[0] ?? 1;
  const size = data.length / channels;
  const levels = new Int8Array(data.length);
  const scales = new Float32Array(channels);
  const biasScales = new Float32Array(channels);
  const biasLevels = new Int32Array(channels);
  for (let channel = 0; channel < channels; channel++) {
    const from = channel * size;
    let largest = 0;
    for (let at = from; at < from + size; at++) largest = Math.max(largest, Math.abs(Number(data[at])));
    const shift = Number(bias?.data[channel] ?? 0);
    // A channel of tiny weights and a large bias needs larger steps.
    const scale = Math.fround(Math.max(largest / most, Math.abs(shift) / (inputScale * mostBiasLevel))) || 1;
    scales[channel] = scale;
    for (let at = from; at < from + size; at++) levels[at] = Math.round(Number(data[at]) / scale);
    biasScales[channel] = scale * inputScale;
    biasLevels[channel] = Math.round(shift / (biasScales[channel] ?? 1));
  }
  const vector = (values: Float32Array): Tensor => ({ type: 'float32', dims: [channels], data: values });
  return {
    levels: { type: 'int8', dims, data: levels },
    scales: vector(scales),
    bias: bias && { type: 'int32', dims: [channels], data: biasLevels },
    biasScales: vector(biasScales),
  };
}
