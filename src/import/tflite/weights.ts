import { elementCount, floats, int32s, uint8s } from '../../onnx/build.ts';
import type { Tensor } from '../../onnx/graph.ts';
import { RegraftError } from '../../errors.ts';
import { arrangeFilters, type FilterLayout, type Filters } from '../layers/convolution.ts';
import { addConstant, type Draft, emit } from '../layers/draft.ts';
import { unsupportedLayer } from '../layers/unsupported.ts';
import { constantOf, realValues } from './constants.ts';
import { addOnce, isQuantised, levelShift } from './quantisation.ts';
import type { Quantisation, TfliteTensor } from './read-tflite.ts';
import type { TfliteDraft } from './tflite-draft.ts';

/** How a layer's weights are added. */
export interface WeightOptions {
  /** As levels that are dequantised where they are read, for layers that compute in levels; else as float32. */
  readonly asLevels: boolean;
}

/** Adds a convolution's filters, `[filters, channels of a group, height, width]`. */
export function addFilters(
  draft: TfliteDraft,
  tensor: TfliteTensor,
  layout: FilterLayout,
  options: WeightOptions,
): Filters {
  const stored = storedConstant(draft, tensor);
  if (stored.dims.length !== 4) {
    throw unsupportedLayer(draft, `Tensor ${tensor.name}`, `filters of shape [${stored.dims.join(', ')}]`);
  }
  const arranged = arrangeFilters(stored, layout);
  const [filters = 1, channels = 1, height = 1, width = 1] = arranged.dims;
  return {
    name: addWeights(draft, tensor, arranged, 0, options),
    dims: [filters, channels, height, width],
  };
}

/**
 * Adds weights that were laid out anew and gives the name of a float tensor.
 *
 * @param axis - Where the axis of the scales now is.
 */
export function addWeights(
  draft: TfliteDraft,
  tensor: TfliteTensor,
  arranged: Tensor,
  axis: number,
  { asLevels }: WeightOptions,
): string {
  const quantisation = asLevels && isQuantised(tensor) ? tensor.quantisation : undefined;
  // onnxruntime computes in levels only with one zero point for all channels.
  if (quantisation === undefined || new Set(quantisation.zeroPoints).size > 1) {
    return addOnce(draft, tensor.name, () => realValues(tensor, arranged, draft.source, axis));
  }
  const levels = addOnce(draft, tensor.name, () => toUint8(arranged));
  return dequantiseConstant(draft, levels, quantisation, levelShift(tensor), axis);
}

/** Adds a layer's bias, one number a channel, and gives the name of a float tensor. */
export function addBias(draft: TfliteDraft, tensor: TfliteTensor, { asLevels }: WeightOptions): string {
  const { data, quantisation, shape, name } = tensor;
  if (!asLevels || !(data instanceof Int32Array) || quantisation === undefined) {
    const real = constantOf(draft, tensor) ?? storedConstant(draft, tensor);
    return addOnce(draft, name, () => real);
  }
  addOnce(draft, name, () => int32s(data, shape));
  return dequantiseConstant(draft, name, quantisation, undefined, 0);
}

/**
 * A constant as it is stored, or as it was folded.
 *
 * @throws RegraftError `OPERATOR_UNSUPPORTED` when the tensor is no constant.
 */
export function storedConstant(draft: TfliteDraft, tensor: TfliteTensor): Tensor {
  const folded = draft.folded.get(tensor);
  if (folded !== undefined) return folded;
  if (tensor.data !== undefined) return { type: tensor.type, dims: tensor.shape, data: tensor.data };
  throw new RegraftError(
    'OPERATOR_UNSUPPORTED',
    `Expected constant weights in tensor ${tensor.name} of ${draft.source} but they are computed.`,
    { hint: 'Bring the network as ONNX: its own framework can export it.' },
  );
}

/** @param shift - Of the zero points; undefined for int32, which has none. */
function dequantiseConstant(
  draft: Draft,
  name: string,
  { scales, zeroPoints }: Quantisation,
  shift: number | undefined,
  axis: number,
): string {
  const result = `${name}/dequantised`;
  if (draft.taken.has(result)) return result;
  const dims = scales.length > 1 ? [scales.length] : [];
  const inputs = [name, addConstant(draft, `${name}/scale`, floats(dims, scales))];
  if (shift !== undefined) {
    const shifted = zeroPoints.map((zeroPoint) => zeroPoint + shift);
    inputs.push(addConstant(draft, `${name}/zero_point`, uint8s(dims, shifted)));
  }
  const { dims: shape = [] } = draft.initializers.get(name) ?? {};
  emit(
    draft,
    'DequantizeLinear',
    inputs,
    { name: result, shape },
    scales.length > 1 ? { axis: { int: axis } } : {},
  );
  return result;
}

/** Levels as uint8; int8 ones are shifted. */
function toUint8({ type, dims, data }: Tensor): Tensor {
  if (type !== 'int8') return { type, dims, data };
  const levels = new Uint8Array(elementCount(dims));
  for (let index = 0; index < levels.length; index++) levels[index] = Number(data[index]) + 128;
  return { type: 'uint8', dims, data: levels };
}
