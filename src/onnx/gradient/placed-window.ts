import { stringAttribute } from '../attributes.ts';
import type { GraphNode } from '../graph.ts';
import { numericDims } from '../shapes/facts.ts';
import { windowOf } from '../shapes/window.ts';
import type { GradientDraft } from './gradient-draft.ts';
import { notDifferentiable } from './not-differentiable.ts';

/** Where a window lies on a map, all numbers known; one entry a spatial axis. */
export interface PlacedWindow {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** How far the first window reaches over the start of the map. */
  readonly before: readonly number[];
  /** How far the last window reaches over the end; negative when it leaves a rest uncovered. */
  readonly after: readonly number[];
  /** The sizes of the map that the window slides over. */
  readonly from: readonly number[];
  /** The number of places that it takes. */
  readonly to: readonly number[];
}

/** Works out how the window of a convolution or pool lies. */
export function placeWindow(node: GraphNode, kernel: readonly number[], draft: GradientDraft): PlacedWindow {
  const from = numericDims(draft.factsOf(node, node.inputs[0]).dims.slice(2));
  const to = numericDims(draft.factsOf(node, node.outputs[0]).dims.slice(2));
  if (from === undefined || to === undefined) {
    throw notDifferentiable(node, 'the size of its map is not known');
  }
  const { strides, dilations, pads } = windowOf(node, kernel);
  const autoPad = stringAttribute(node, 'auto_pad', 'NOTSET');
  const axes = kernel.map((side, axis) => {
    const reach = (side - 1) * (dilations[axis] ?? 1) + 1;
    // How far the windows reach over both ends together.
    const over = ((to[axis] ?? 1) - 1) * (strides[axis] ?? 1) + reach - (from[axis] ?? 1);
    if (!autoPad.startsWith('SAME')) return { over, before: autoPad === 'VALID' ? 0 : (pads[axis] ?? 0) };
    const half = Math.max(0, over) / 2;
    return { over, before: autoPad === 'SAME_UPPER' ? Math.floor(half) : Math.ceil(half) };
  });
  return {
    kernel,
    strides,
    dilations,
    before: axes.map(({ before }) => before),
    after: axes.map(({ over, before }) => over - before),
    from,
    to,
  };
}

/** Refuses a pool whose last windows lie beyond the map, as rounding up may place them: runtimes disagree on what those give. */
export function refuseEmptyWindows(node: GraphNode, { strides, before, from, to }: PlacedWindow): void {
  const isBeyond = from.some(
    (size, axis) => ((to[axis] ?? 1) - 1) * (strides[axis] ?? 1) - (before[axis] ?? 0) >= size,
  );
  if (isBeyond) throw notDifferentiable(node, 'a window covers nothing but padding');
}

/** The attributes of the ConvTranspose that takes places of a window back to the map. */
export function transposedAttributes(
  window: PlacedWindow,
): Record<string, { readonly ints: readonly number[] }> {
  const { strides, dilations, before, after } = window;
  return {
    strides: { ints: strides },
    dilations: { ints: dilations },
    pads: { ints: [...before, ...after.map((over) => Math.max(0, over))] },
    output_padding: { ints: after.map((over) => Math.max(0, -over)) },
  };
}
