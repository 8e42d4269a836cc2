import { createHash } from 'node:crypto';
import type { PhotoFit, PixelScaling } from '../shared/preprocess.ts';
import type { TapSource } from './taps/tap-source.ts';

const hashLength = 12;

/**
 * Names what besides the weights and the numeric form makes a network's features: the same name for the same fit, scaling and taps (in
 * their order) on every machine, as in `224x224-5f0c1b9a3e47`.
 */
export function variantOf(
  fit: PhotoFit,
  scaling: PixelScaling | undefined,
  taps: readonly Pick<TapSource, 'name' | 'size' | 'tensor'>[],
): string {
  const { width, height, resize, crop, kernel } = fit;
  const { order, mean, std } = scaling ?? { order: null, mean: null, std: null };
  const text = JSON.stringify([
    [width, height, resize, crop, kernel],
    [order, mean, std],
    // The tensor too: a network that is made to end elsewhere has another one under the name `bottleneck`.
    taps.map(({ name, size, tensor }) => [name, size, tensor]),
  ]);
  return `${width}x${height}-${createHash('sha256').update(text).digest('hex').slice(0, hashLength)}`;
}
