import type { LayerCall } from './layer-call.ts';
import { normalizationConstants, rescalingConstants } from './normalisation-layers.ts';

/**
 * Whether a layer that reads the network's input shows that the input are pixels of 0 to 255: it divides them by 64 or more, or subtracts
 * means that no other range has.
 */
export function takesPixels(call: LayerCall): boolean {
  switch (call.layer.className) {
    case 'Rescaling':
      return (rescalingConstants(call).factor.data as Float32Array).every(
        (factor) => Math.abs(factor) <= 1 / 64,
      );
    case 'Normalization':
      return (normalizationConstants(call).mean.data as Float32Array).every((mean) => mean > 2 && mean < 255);
    default:
      return false;
  }
}
