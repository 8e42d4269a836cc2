import { intAttribute, intsAttribute } from '../../attributes.ts';
import type { GraphNode } from '../../graph.ts';
import { numericDims } from '../../shapes/facts.ts';
import type { GradientDraft } from '../gradient-draft.ts';
import { notDifferentiable } from '../not-differentiable.ts';
import { type PlacedWindow, placeWindow } from '../placed-window.ts';

/** A convolution with all of its sizes known but the batch. */
export interface ConvLayer {
  readonly x: string;
  readonly weights: string;
  readonly window: PlacedWindow;
  readonly groups: number;
  /** The filters of all groups. */
  readonly filters: number;
  /** The channels that each filter reads. */
  readonly channels: number;
  /** The shape of the weights: filters, channels, kernel. */
  readonly weightDims: readonly number[];
}

/** Reads a Conv node. */
export function readConvLayer(node: GraphNode, draft: GradientDraft): ConvLayer {
  const [x = '', weights = ''] = node.inputs;
  const weightDims = numericDims(draft.factsOf(node, weights).dims);
  const [filters, channels, ...kernel] = weightDims ?? [];
  if (weightDims === undefined || filters === undefined || channels === undefined) {
    throw notDifferentiable(node, 'the shape of its weights is not known');
  }
  const window = placeWindow(node, intsAttribute(node, 'kernel_shape') ?? kernel, draft);
  return { x, weights, window, groups: intAttribute(node, 'group', 1), filters, channels, weightDims };
}
