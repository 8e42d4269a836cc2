import { RegraftError } from '../../errors.ts';
import type { ValueInfo } from '../../onnx/graph.ts';
import type { KnownPreprocess, PixelScaling } from '../../shared/preprocess.ts';
import type { ImportedNetwork } from '../imported-network.ts';
import { addInput, emit, type Value } from '../layers/draft.ts';
import { channelsFirst } from '../layers/layout.ts';
import { dequantise, isQuantised, parametersOf, quantise } from './quantisation.ts';
import type { TfliteGraph, TfliteTensor } from './read-tflite.ts';
import type { TfliteDraft } from './tflite-draft.ts';

/** The name of a quantised network's input: uint8 RGB `[N, height, width, 3]`. */
export const imageInput = 'image';

/** How an imported network begins. */
export interface ImageInput {
  readonly input: ValueInfo;
  readonly layout: ImportedNetwork['layout'];
  readonly preprocess: KnownPreprocess;
}

/**
 * Makes the network's input tensor of its image.
 *
 * @param scaling - What the file's metadata says.
 * @throws RegraftError `BACKBONE_INVALID` when there is not one input of three channels and of a fixed size.
 */
export function beginWithImage(
  draft: TfliteDraft,
  { inputs, outputs }: TfliteGraph,
  scaling: PixelScaling | undefined,
): ImageInput {
  const [tensor] = inputs;
  const size = inputs.length === 1 && tensor !== undefined ? pictureSize(tensor) : undefined;
  if (tensor === undefined || size === undefined || outputs.length === 0) {
    throw new RegraftError(
      'BACKBONE_INVALID',
      `Expected one image input [1, height, width, 3], as tensor of float32, uint8 or int8, in ${draft.source} but found ${inputs.map(({ type, shape, signature }) => `${type} [${(signature.length > 0 ? signature : shape).join(', ')}]`).join(' and ') || 'none'}.`,
      { hint: 'An open size shows as -1: convert the network again with a fixed one.' },
    );
  }
  const preprocess = { width: size.width, height: size.height };
  if (isQuantised(tensor) && (scaling === undefined || keepsPixels(draft, tensor, scaling))) {
    return { input: beginWithPixels(draft, tensor, size), layout: 'NHWC', preprocess };
  }
  return {
    input: beginWithFloats(draft, tensor, size),
    layout: 'NCHW',
    preprocess: scaling === undefined ? preprocess : { ...preprocess, scaling },
  };
}

interface PictureSize {
  readonly height: number;
  readonly width: number;
  /** Whether the file has `[1, 3, height, width]`, as networks that were written for PyTorch have. */
  readonly isChannelsFirst: boolean;
}

function pictureSize({ type, shape, signature, quantisation }: TfliteTensor): PictureSize | undefined {
  const isFloat = type === 'float32';
  const isLevels = (type === 'uint8' || type === 'int8') && quantisation !== undefined;
  const isChannelsFirst = isFloat && shape[1] === 3 && shape[3] !== 3;
  const [height = 0, width = 0, channels = 0] = isChannelsFirst
    ? [shape[2], shape[3], shape[1]]
    : shape.slice(1);
  const isOpen = signature.slice(1).includes(-1);
  const isPicture = shape.length === 4 && channels === 3 && height > 0 && width > 0;
  return isPicture && !isOpen && (isFloat || isLevels) ? { height, width, isChannelsFirst } : undefined;
}

/** Levels are the pixels, and those of int8 are the pixels less 128. */
function beginWithPixels(
  draft: TfliteDraft,
  tensor: TfliteTensor,
  { height, width }: PictureSize,
): ValueInfo {
  draft.taken.add(imageInput);
  const name = draft.form === 'uint8' ? tensor.name : `${tensor.name}/pixels`;
  const shape: Value['shape'] = ['N', height, width, 3];
  const levels = emit(draft, 'Transpose', [imageInput], { name, shape }, { perm: { ints: channelsFirst } });
  draft.made.set(tensor, draft.form === 'uint8' ? levels : dequantise(draft, tensor, levels, tensor.name));
  return { name: imageInput, type: 'uint8', dims: ['N', height, width, 3] };
}

function beginWithFloats(
  draft: TfliteDraft,
  tensor: TfliteTensor,
  { height, width, isChannelsFirst }: PictureSize,
): ValueInfo {
  const isLevels = isQuantised(tensor) && draft.form === 'uint8';
  const name = isLevels || isChannelsFirst ? `${tensor.name}/pixels` : tensor.name;
  let value = addInput(draft, name, [height, width, 3]);
  if (isChannelsFirst) {
    // In the file's terms the last axis is the width: it is stored second.
    const shape: Value['shape'] = ['N', 3, height, width];
    value = emit(draft, 'Transpose', [name], { name: tensor.name, shape }, { perm: { ints: channelsFirst } });
  }
  draft.made.set(tensor, isLevels ? quantise(draft, tensor, value) : value);
  return { name, type: 'float32', dims: ['N', 3, height, width] };
}

/** Whether scaled and quantised pixels are the pixels again, up to a level. */
function keepsPixels(draft: TfliteDraft, tensor: TfliteTensor, { mean, std }: PixelScaling): boolean {
  const [scale = NaN, zeroPoint = NaN] = parametersOf(draft, tensor).map((name) =>
    Number(draft.initializers.get(name)?.data[0]),
  );
  return mean.every((middle, channel) =>
    [0, 255].every((pixel) => {
      const level = (pixel - middle) / (std[channel] ?? NaN) / scale + zeroPoint;
      return Math.abs(level - pixel) <= 1;
    }),
  );
}
