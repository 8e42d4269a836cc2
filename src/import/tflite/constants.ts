import { floats } from '../../onnx/build.ts';
import type { Tensor } from '../../onnx/graph.ts';
import { RegraftError } from '../../errors.ts';
import type { Dim } from '../layers/draft.ts';
import type { TfliteTensor } from './read-tflite.ts';
import type { TfliteDraft } from './tflite-draft.ts';

/**
 * The values of a constant as float32, in the file's order; undefined for an activation.
 *
 * @throws RegraftError `BACKBONE_INVALID` for values that stand for no real numbers.
 */
export function constantOf(draft: TfliteDraft, tensor: TfliteTensor): Tensor | undefined {
  const folded = draft.folded.get(tensor);
  if (folded !== undefined || tensor.data === undefined) return folded;
  return realValues(tensor, { type: tensor.type, dims: tensor.shape, data: tensor.data }, draft.source);
}

/**
 * Real values as float32 of a tensor's stored ones, which may have been laid out anew.
 *
 * @param axis - Where the axis of the scales now is. @default as in the file
 * @throws RegraftError `BACKBONE_INVALID` for values that stand for no real numbers.
 */
export function realValues(
  tensor: Pick<TfliteTensor, 'name' | 'quantisation'>,
  stored: Tensor,
  source: string,
  axis = tensor.quantisation?.axis ?? 0,
): Tensor {
  const { type, dims, data } = stored;
  if (data instanceof Float32Array) return stored;
  if (type === 'float16' && data instanceof Uint16Array) return floats(dims, widenHalves(data));
  const isInteger = data instanceof Uint8Array || data instanceof Int8Array || data instanceof Int32Array;
  if (!isInteger || type === 'bool' || tensor.quantisation === undefined) {
    throw new RegraftError(
      'BACKBONE_INVALID',
      `Expected real numbers but found ${type} without a scale in tensor ${tensor.name} of ${source}.`,
      { hint: 'The file may be damaged: fetch it again.' },
    );
  }
  const { scales, zeroPoints } = tensor.quantisation;
  const real = new Float32Array(data.length);
  const inner = dims.slice(axis + 1).reduce((product, dim) => product * dim, 1);
  const run = scales.length > 1 ? inner : real.length;
  for (let start = 0, slice = 0; start < real.length; start += run, slice++) {
    const scale = scales[slice % scales.length] ?? 1;
    const zeroPoint = zeroPoints[slice % scales.length] ?? 0;
    // A plain loop: Float32Array.from with a function takes twenty times as long on 24 million weights.
    for (let index = start; index < start + run; index++) {
      real[index] = scale * ((data[index] ?? 0) - zeroPoint);
    }
  }
  return floats(dims, real);
}

/** The numbers of a constant or folded integer tensor; undefined when they are not known. */
export function integersOf(draft: TfliteDraft, tensor: TfliteTensor): readonly Dim[] | undefined {
  const known = draft.integers.get(tensor);
  if (known !== undefined) return known;
  const { data, shape } = tensor;
  // An empty list has no bytes, as activations have none.
  if (data === undefined) return shape.length === 1 && shape[0] === 0 ? [] : undefined;
  if (data.length > mostIntegers) return undefined;
  if (data instanceof Int32Array || data instanceof BigInt64Array) return Array.from(data, Number);
  return undefined;
}

// Shapes and axes; longer lists are no such thing.
const mostIntegers = 1024;

function widenHalves(halves: Uint16Array): Float32Array {
  const real = new Float32Array(halves.length);
  for (let index = 0; index < real.length; index++) real[index] = widenHalf(halves[index] ?? 0);
  return real;
}

/** The number of an IEEE 754 binary16. */
function widenHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}
