import { intAttribute, intsAttribute, stringAttribute } from '../attributes.ts';
import type { GraphNode } from '../graph.ts';
import { addDimensions, type Dimension } from './dimension.ts';

/** How a window slides over the spatial axes: the attributes that convolutions and pools share. */
export interface SlidingWindow {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** All starts, then all ends. */
  readonly pads: readonly number[];
  readonly autoPad: string;
  readonly roundsUp: boolean;
}

/** Reads a node's window; ONNX's defaults stand for what is absent. */
export function windowOf(node: GraphNode, kernel: readonly number[]): SlidingWindow {
  const all = (value: number, times = 1): number[] => Array<number>(kernel.length * times).fill(value);
  return {
    kernel,
    strides: intsAttribute(node, 'strides') ?? all(1),
    dilations: intsAttribute(node, 'dilations') ?? all(1),
    pads: intsAttribute(node, 'pads') ?? all(0, 2),
    autoPad: stringAttribute(node, 'auto_pad', 'NOTSET'),
    roundsUp: intAttribute(node, 'ceil_mode', 0) !== 0,
  };
}

/** The number of places that a window takes along each spatial axis; symbolic sizes stay known for a stride of one. */
export function slideWindow(spatial: readonly Dimension[], window: SlidingWindow): Dimension[] {
  const { kernel, strides, dilations, pads, autoPad, roundsUp } = window;
  return spatial.map((size, axis) => {
    const stride = strides[axis] ?? 1;
    if (autoPad.startsWith('SAME')) {
      if (stride === 1) return size;
      return typeof size === 'number' ? Math.ceil(size / stride) : '';
    }
    const reach = ((kernel[axis] ?? 1) - 1) * (dilations[axis] ?? 1) + 1;
    const padding = autoPad === 'VALID' ? 0 : (pads[axis] ?? 0) + (pads[axis + kernel.length] ?? 0);
    const room = addDimensions(size, padding - reach);
    if (stride === 1) return addDimensions(room, 1);
    return typeof room === 'number' ? (roundsUp ? Math.ceil : Math.floor)(room / stride) + 1 : '';
  });
}
