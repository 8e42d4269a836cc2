import { readConvLayer } from '../convolution/conv-layer.ts';
import { biasGradient, filterGradient } from '../convolution/filter-gradient.ts';
import { inputGradient } from '../convolution/input-gradient.ts';
import type { GradientRule } from '../rule.ts';

/** Conv, with groups, strides, dilations and any padding. */
export const convGradient: GradientRule = (node, gradient, draft) => {
  const layer = readConvLayer(node, draft);
  const [x, weights, bias] = node.inputs;
  return [
    draft.isNeeded(x) ? inputGradient(layer, gradient, draft) : undefined,
    draft.isNeeded(weights) ? filterGradient(layer, gradient, draft) : undefined,
    draft.isNeeded(bias) ? biasGradient(layer, gradient, draft) : undefined,
  ];
};
