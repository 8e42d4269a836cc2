import type { CatalogueEntry } from './catalogue-entry.ts';

/**
 * The MobileNet v2 of a detector of objects, float16: its detection heads are cut off. Smaller and quicker than Inception v3, and
 * weaker. Its tap is the last layer before the heads, averaged.
 */
export const mobilenetV2Ssd: CatalogueEntry = {
  id: 'mobilenet-v2-ssd',
  title: 'MobileNet v2 of an Open Images detector (float16)',
  file: {
    sha256: 'd0a5255bf8c4f5a0bc4240741a76c41d5e939f7655078f945f50ab53a9375da6',
    bytes: 9_987_728,
    extension: 'tflite',
  },
  sources: [
    {
      type: 'npm',
      package: '@mediapipe/objectron',
      version: '0.4.1675468480',
      path: 'objectron_solution_packed_assets.data',
      // The file holds the detector's labels before the network.
      range: [184, 9_987_912],
    },
  ],
  licence: 'Apache-2.0',
  origin:
    "Google's SSD MobileNet v2 of MediaPipe Objectron, trained on Open Images to find objects, in float16.",
  inputSize: 300,
  featureSize: 1280,
  // The file does not say it: TensorFlow's SSD MobileNet v2 takes the stretched photo from −1 to 1.
  preprocess: {
    width: 300,
    height: 300,
    resize: 'stretch',
    crop: 1,
    kernel: 'bilinear',
    scaling: { order: 'RGB', mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5] },
  },
  taps: [
    ...(
      [
        ['expanded_conv_2', 24],
        ['expanded_conv_5', 32],
        ['expanded_conv_9', 64],
        ['expanded_conv_12', 96],
        ['expanded_conv_15', 160],
      ] as const
    ).map(([name, size]) => ({ name, size, tensor: `FeatureExtractor/MobilenetV2/${name}/add` })),
    {
      name: 'bottleneck',
      size: 1280,
      tensor:
        'FeatureExtractor/MobilenetV2/Conv_1/Relu6;FeatureExtractor/MobilenetV2/Conv_1/BatchNorm/FusedBatchNormV3;FeatureExtractor/MobilenetV2/Conv_1/Conv2D',
    },
  ].map((tap) => ({ ...tap, axes: [2, 3] })),
};
