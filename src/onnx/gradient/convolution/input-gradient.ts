import type { GradientDraft } from '../gradient-draft.ts';
import { transposedAttributes } from '../placed-window.ts';
import type { ConvLayer } from './conv-layer.ts';

/** Writes the gradient of what a convolution reads. */
export function inputGradient(layer: ConvLayer, gradient: string, draft: GradientDraft): string {
  const { window, weights, groups } = layer;
  return draft.step('ConvTranspose', [gradient, weights], {
    ...transposedAttributes(window),
    kernel_shape: { ints: window.kernel },
    group: { int: groups },
  });
}
