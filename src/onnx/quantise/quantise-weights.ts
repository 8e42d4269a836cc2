import { intAttribute } from '../attributes.ts';
import type { GraphNode, Tensor } from '../graph.ts';

/**
 * The largest level of a weight. Processors with AVX2 but without VNNI add two products of an unsigned and a signed byte in 16 bits, which
 * ends at 32,767: 255 × 64 × 2 fits, 255 × 127 × 2 does not. So that a file computes the same everywhere, its weights have 7 bits.
 */
const mostWeightLevel = 64;

/** More steps than this the bias must not have, of 2³¹. */
const mostBiasLevel = 2 ** 30;

/** Weights and bias of a convolution as integers; `weights = levels × scale`, with a scale for each output channel. */
export interface QuantisedWeights {
  /** int8, dims of the weights. */
  readonly levels: Tensor;
  /** float32 `[channels]` */
  readonly scales: Tensor;
  /** int32 `[channels]` */
  readonly bias: Tensor;
  /** float32 `[channels]`: input scale × weight scale. */
  readonly biasScales: Tensor;
}

/** What a convolution reads. */
export interface ConvolutionInput {
  /** Of its levels. */
  readonly scale: number;
  /** Of each channel, `[channels]`. */
  readonly means: ArrayLike<number>;
}

/**
 * Rounds the weights of a convolution `[channels, …]` to integers from −64 to 64, symmetric, with a scale for each output channel. What the
 * rounding adds to a channel on average, given the means of its inputs, is taken off its bias (Nagel et al. 2019, arXiv:1906.04721, 4.2).
 */
export function quantiseWeights(
  conv: GraphNode,
  weights: Tensor,
  bias: Tensor | undefined,
  input: ConvolutionInput,
): QuantisedWeights {
  const { dims, data } = weights;
  const [channels = 1, inputs = 1] = dims;
  const size = data.length / channels;
  const area = size / inputs;
  const channelsAGroup = channels / intAttribute(conv, 'group', 1);
  const levels = new Int8Array(data.length);
  const [scales, biasScales] = [new Float32Array(channels), new Float32Array(channels)];
  const biasLevels = new Int32Array(channels);
  for (let channel = 0; channel < channels; channel++) {
    const from = channel * size;
    let largest = 0;
    for (let at = from; at < from + size; at++) largest = Math.max(largest, Math.abs(Number(data[at])));
    const shift = Number(bias?.data[channel] ?? 0);
    // A channel of tiny weights and a large bias needs larger steps.
    const least = Math.abs(shift) / (input.scale * mostBiasLevel);
    const scale = Math.fround(Math.max(largest / mostWeightLevel, least)) || 1;
    const firstInput = Math.floor(channel / channelsAGroup) * inputs;
    let added = 0;
    for (let at = 0; at < size; at++) {
      const weight = Number(data[from + at]);
      const level = Math.round(weight / scale);
      levels[from + at] = level;
      added += (level * scale - weight) * (input.means[firstInput + Math.floor(at / area)] ?? 0);
    }
    const step = Math.fround(scale * input.scale);
    scales[channel] = scale;
    biasScales[channel] = step;
    biasLevels[channel] = Math.round((shift - added) / step);
  }
  const vector = (values: Float32Array): Tensor => ({ type: 'float32', dims: [channels], data: values });
  return {
    levels: { type: 'int8', dims, data: levels },
    scales: vector(scales),
    bias: { type: 'int32', dims: [channels], data: biasLevels },
    biasScales: vector(biasScales),
  };
}
