import { elementCount } from '../../build.ts';
import type { GradientDraft } from '../gradient-draft.ts';
import type { PlacedWindow } from '../placed-window.ts';
import { reshape } from '../reshape.ts';
import { channelRows, channelsFirst } from './channel-rows.ts';
import type { ConvLayer } from './conv-layer.ts';

/**
 * Writes the gradient of a convolution's weights: for each offset in the kernel, one product of the gradient `[filters, N · places]` with the
 * operand that the offset reads, `[N · places, channels]`.
 */
export function filterGradient(layer: ConvLayer, gradient: string, draft: GradientDraft): string {
  const { filters, channels, groups, window, weightDims } = layer;
  const axes = window.kernel.length;
  const rows = channelRows(draft, channelsFirst(draft, gradient, axes), filters, groups);
  const padded = padPlaces(draft, channelsFirst(draft, layer.x, axes), window);
  const products = offsetsOf(window.kernel).map((offset) => {
    const read = channelRows(draft, readAt(draft, padded, window, offset), channels * groups, groups);
    return groups === 1
      ? draft.step('Gemm', [rows, read], { transB: { int: 1 } })
      : draft.step('MatMul', [rows, draft.step('Transpose', [read], { perm: { ints: [0, 2, 1] } })]);
  });
  const [only = ''] = products;
  if (products.length === 1) return reshape(draft, only, weightDims);
  // Along the axis before the last one, whole rows are copied; single elements would be slow.
  const layers = products.map((product) => reshape(draft, product, [filters, 1, channels]));
  const joined = draft.step('Concat', layers, { axis: { int: 1 } });
  return reshape(draft, draft.step('Transpose', [joined], { perm: { ints: [0, 2, 1] } }), weightDims);
}

/** Writes the gradient of a convolution's bias: the sum over all places. */
export function biasGradient({ window, filters }: ConvLayer, gradient: string, draft: GradientDraft): string {
  const rows = channelRows(draft, channelsFirst(draft, gradient, window.kernel.length), filters);
  return draft.step('ReduceSum', [rows, draft.integers([1])], { keepdims: { int: 0 } });
}

/** Every place in a kernel, in row-major order. */
function offsetsOf(kernel: readonly number[]): number[][] {
  return kernel.reduce<number[][]>(
    (outer, size) => outer.flatMap((offset) => Array.from({ length: size }, (_, at) => [...offset, at])),
    [[]],
  );
}

function padPlaces(draft: GradientDraft, pictures: string, { before, after }: PlacedWindow): string {
  const pads = [before, after].map((sizes) => sizes.map((size) => Math.max(0, size)));
  if (elementCount(pads.flat().map((size) => size + 1)) === 1) return pictures;
  const [starts = [], ends = []] = pads;
  return draft.step('Pad', [pictures, draft.integers([0, 0, ...starts, 0, 0, ...ends])]);
}

/** What the window reads at one of its offsets, at all of its places. */
function readAt(
  draft: GradientDraft,
  padded: string,
  { strides, dilations, before, after, from, to }: PlacedWindow,
  offset: readonly number[],
): string {
  const cuts = offset.flatMap((at, axis) => {
    const [stride, places] = [strides[axis] ?? 1, to[axis] ?? 1];
    const start = at * (dilations[axis] ?? 1);
    const end = start + (places - 1) * stride + 1;
    const size = Math.max(0, before[axis] ?? 0) + (from[axis] ?? 1) + Math.max(0, after[axis] ?? 0);
    return start === 0 && end === size && stride === 1 ? [] : [{ start, end, axis: axis + 2, stride }];
  });
  if (cuts.length === 0) return padded;
  const bounds = [
    cuts.map(({ start }) => start),
    cuts.map(({ end }) => end),
    cuts.map(({ axis }) => axis),
    cuts.map(({ stride }) => stride),
  ];
  return draft.step('Slice', [padded, ...bounds.map((values) => draft.integers(values))]);
}
