import { elementCount } from '../../build.ts';
import type { GradientDraft } from '../gradient-draft.ts';
import { type PlacedWindow, transposedAttributes } from '../placed-window.ts';
import { reshape } from '../reshape.ts';
import type { ConvLayer } from './conv-layer.ts';

/**
 * The most places of a map for which onnxruntime's ConvTranspose is faster than turning the weights round for a Conv: kernels larger than one
 * were timed on maps of 8 × 8 and 17 × 17 with batches of 8 and 16.
 */
const fewPlaces = 100;

/**
 * Writes the gradient of what a convolution reads. With steps of one it is a convolution itself, with the weights turned round and their
 * filters and channels exchanged; else a transposed one.
 */
export function inputGradient(layer: ConvLayer, gradient: string, draft: GradientDraft): string {
  const { window, weights, groups } = layer;
  const kernel = { kernel_shape: { ints: window.kernel }, group: { int: groups } };
  if (!isConvolution(layer)) {
    const attributes = { ...transposedAttributes(window), ...kernel };
    return draft.step('ConvTranspose', [gradient, weights], attributes);
  }
  return draft.step('Conv', [gradient, turnWeights(draft, layer)], {
    dilations: { ints: window.dilations },
    pads: { ints: padsAround(window) },
    ...kernel,
  });
}

function isConvolution({ window, groups }: ConvLayer): boolean {
  if (window.strides.some((stride) => stride !== 1) || padsAround(window).some((pad) => pad < 0)) {
    return false;
  }
  return groups > 1 || elementCount(window.kernel) === 1 || elementCount(window.to) > fewPlaces;
}

function padsAround({ kernel, dilations, before, after }: PlacedWindow): number[] {
  return [before, after].flatMap((overs) =>
    overs.map((over, axis) => ((kernel[axis] ?? 1) - 1) * (dilations[axis] ?? 1) - over),
  );
}

/** From `[filters, channels, kernel]` to `[channels, filters, kernel read backwards]`, in each group. */
function turnWeights(draft: GradientDraft, layer: ConvLayer): string {
  const { weights, window, groups, filters, channels } = layer;
  const [places, each] = [elementCount(window.kernel), filters / groups];
  const turned = [channels * groups, each, ...window.kernel];
  const outer = groups === 1 ? [] : [groups];
  const axis = outer.length;
  const front = outer.map((_, at) => at);
  if (places === 1) {
    const flat = reshape(draft, weights, [...outer, each, channels]);
    return reshape(draft, transpose(draft, flat, [...front, axis + 1, axis]), turned);
  }
  const backwards = draft.integers(Array.from({ length: places }, (_, place) => places - 1 - place));
  // With the kernel in front, whole matrices are picked; single elements would be slow.
  const flat = reshape(draft, weights, [...outer, each, channels, places]);
  const first = transpose(draft, flat, [axis + 2, ...front, axis + 1, axis]);
  const picked = draft.step('Gather', [first, backwards], { axis: { int: 0 } });
  const last = Array.from({ length: axis + 2 }, (_, at) => at + 1);
  return reshape(draft, transpose(draft, picked, [...last, 0]), turned);
}

function transpose(draft: GradientDraft, tensor: string, perm: readonly number[]): string {
  return draft.step('Transpose', [tensor], { perm: { ints: perm } });
}
