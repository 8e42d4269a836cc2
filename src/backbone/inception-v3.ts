import { importTflite } from '../import/tflite/import-tflite.ts';
import type { Model } from '../onnx/graph.ts';
import type { NumericForm } from '../onnx/numeric-form.ts';
import type { PhotoFit } from '../shared/preprocess.ts';
import { attachTaps } from './attach-taps.ts';
import type { TapSource } from './taps/tap-source.ts';

/** Whole photo to 299 × 299, as the network was trained. */
export const inceptionPreprocess: PhotoFit = {
  width: 299,
  height: 299,
  resize: 'stretch',
  crop: 1,
  kernel: 'bilinear',
};

/** The name of {@link inceptionPreprocess} with {@link inceptionTaps}. */
export const inceptionVariant = 'whole';

const mixed: readonly (readonly [string, number])[] = [
  ['Mixed_5b', 256],
  ['Mixed_5c', 288],
  ['Mixed_5d', 288],
  ['Mixed_6a', 768],
  ['Mixed_6b', 768],
  ['Mixed_6c', 768],
  ['Mixed_6d', 768],
  ['Mixed_6e', 768],
  ['Mixed_7a', 1280],
  ['Mixed_7b', 2048],
  ['Mixed_7c', 2048],
];

/** The end of every Mixed block, and the classic bottleneck. */
export const inceptionTaps: readonly TapSource[] = [
  ...mixed.map(([name, size]) => ({ name, size, tensor: `InceptionV3/InceptionV3/${name}/concat` })),
  { name: 'bottleneck', size: 2048, tensor: 'InceptionV3/Logits/AvgPool_1a_8x8/AvgPool' },
].map((tap) => ({ ...tap, axes: [2, 3] }));

/** Imports Google's quantised Inception v3 with one pooled output a tap, float32 `[N, size]`. */
export function importInception(bytes: Uint8Array, source: string, form: NumericForm): Model {
  return attachTaps(importTflite(bytes, source, form).model, inceptionTaps);
}
