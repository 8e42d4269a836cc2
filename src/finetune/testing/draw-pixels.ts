import type { Backbone } from '../../backbone/backbone.ts';
import { elementCount, uint8s } from '../../onnx/build.ts';
import type { Tensor } from '../../onnx/graph.ts';
import { seededRandom } from '../../onnx/testing/random.ts';

/** Random pixels for a network, uint8 `[photos, height, width, 3]`; the same for the same seed. */
export function drawPixels({ preprocess: { width, height } }: Backbone, photos: number, seed = 1): Tensor {
  const dims = [photos, height, width, 3];
  const random = seededRandom(seed);
  return uint8s(
    dims,
    Uint8Array.from({ length: elementCount(dims) }, () => random.int(0, 255)),
  );
}
