import { floats, uint8s } from '../../onnx/build.ts';
import type { Tensor } from '../../onnx/graph.ts';
import { RegraftError } from '../../errors.ts';
import { addConstant, type Draft, emit, type Value } from '../layers/draft.ts';
import type { Quantisation, TfliteTensor } from './read-tflite.ts';

/** A range of real numbers. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** Whether a tensor holds quantised levels, uint8 or int8. int8 travels as uint8: 128 is added to levels and zero points. */
export function isQuantised({ type, quantisation }: TfliteTensor): boolean {
  return (type === 'uint8' || type === 'int8') && quantisation !== undefined;
}

/**
 * How a tensor is quantised.
 *
 * @throws RegraftError `BACKBONE_INVALID` when it is not.
 */
export function quantisationOf(tensor: TfliteTensor, source: string): Quantisation {
  if (tensor.quantisation !== undefined) return tensor.quantisation;
  throw new RegraftError(
    'BACKBONE_INVALID',
    `Expected a quantised tensor but found ${tensor.type} in tensor ${tensor.name} of ${source}.`,
    { hint: 'The file may be damaged: fetch it again.' },
  );
}

/** The real numbers that a quantised activation can hold. */
export function rangeOf(tensor: TfliteTensor, source: string): Range {
  const { scale, zeroPoint } = activationQuantisation(tensor, source);
  return { low: scale * (0 - zeroPoint), high: scale * (255 - zeroPoint) };
}

/** Adds the names of the scale and of the zero point of an activation's uint8 levels. */
export function parametersOf(draft: Draft, tensor: TfliteTensor): [scale: string, zeroPoint: string] {
  const { scale, zeroPoint } = activationQuantisation(tensor, draft.source);
  return [
    addOnce(draft, `${tensor.name}/scale`, () => floats([], [scale])),
    addOnce(draft, `${tensor.name}/zero_point`, () => uint8s([], [zeroPoint])),
  ];
}

/** Writes the real values of an activation's levels. */
export function dequantise(draft: Draft, tensor: TfliteTensor, levels: Value, name: string): Value {
  if (!draft.taken.has(name)) {
    emit(draft, 'DequantizeLinear', [levels.name, ...parametersOf(draft, tensor)], {
      name,
      shape: levels.shape,
    });
  }
  return { ...levels, name };
}

/** Writes the levels of an activation's real values, under the tensor's own name. */
export function quantise(draft: Draft, tensor: TfliteTensor, value: Value): Value {
  const { name } = tensor;
  emit(draft, 'QuantizeLinear', [value.name, ...parametersOf(draft, tensor)], { name, shape: value.shape });
  return { ...value, name };
}

/** What is added to levels and zero points of a type to have uint8. */
export function levelShift({ type }: Pick<TfliteTensor, 'type'>): number {
  return type === 'int8' ? 128 : 0;
}

/** Adds a constant unless it is there. */
export function addOnce(draft: Draft, name: string, make: () => Tensor): string {
  return draft.initializers.has(name) ? name : addConstant(draft, name, make());
}

/** Scale and zero point for uint8 levels. */
function activationQuantisation(
  tensor: TfliteTensor,
  source: string,
): { readonly scale: number; readonly zeroPoint: number } {
  const { scales, zeroPoints } = quantisationOf(tensor, source);
  const [scale = 1, zeroPoint = 0] = [scales[0], zeroPoints[0]];
  if (scales.length === 1) return { scale, zeroPoint: zeroPoint + levelShift(tensor) };
  throw new RegraftError(
    'BACKBONE_INVALID',
    `Expected one scale for the activation in tensor ${tensor.name} of ${source} but found ${scales.length}.`,
    { hint: 'The file may be damaged: fetch it again.' },
  );
}
