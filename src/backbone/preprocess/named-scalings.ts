import type { PixelScaling } from '../../shared/preprocess.ts';

/** The ways to scale pixels that have a name, with what each does in a few words. */
export const namedScalings = {
  imagenet: {
    scaling: { order: 'RGB', mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375] },
    meaning: "minus ImageNet's mean, divided by its deviation, as torchvision and most of timm",
  },
  inception: {
    scaling: { order: 'RGB', mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5] },
    meaning: '-1 to 1, as Inception, MobileNet and ViT',
  },
  unit: {
    scaling: { order: 'RGB', mean: [0, 0, 0], std: [255, 255, 255] },
    meaning: '0 to 1',
  },
  caffe: {
    scaling: { order: 'BGR', mean: [123.68, 116.779, 103.939], std: [1, 1, 1] },
    meaning: "BGR minus ImageNet's mean, as Keras' ResNet50 and VGG",
  },
  pixels: {
    scaling: { order: 'RGB', mean: [0, 0, 0], std: [1, 1, 1] },
    meaning: '0 to 255: the network scales by itself',
  },
} as const satisfies Record<string, { readonly scaling: PixelScaling; readonly meaning: string }>;
