import { describe, expect, it } from 'vitest';
import type { KnownPreprocess, PixelScaling } from '../../shared/preprocess.ts';
import { readPreprocessConfig } from './read-preprocess.ts';

const read = (value: unknown): KnownPreprocess => readPreprocessConfig(JSON.stringify(value), 'beside.json');
const imagenet = {
  order: 'RGB',
  mean: [123.675, 116.28, 103.53],
  std: [58.395, 57.12, 57.375],
} as const;
const inception = { order: 'RGB', mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5] } as const;
const imagenetMean = [0.485, 0.456, 0.406];
const imagenetStd = [0.229, 0.224, 0.225];
const half = [0.5, 0.5, 0.5];

const known = (
  width: number,
  height: number,
  resize: 'stretch' | 'crop',
  crop: number,
  kernel: 'bilinear' | 'bicubic',
  scaling: PixelScaling,
): KnownPreprocess => ({ width, height, resize, crop, kernel, scaling });

describe('preprocessor_config.json of transformers', () => {
  const normalized = {
    do_normalize: true,
    do_rescale: true,
    rescale_factor: 1 / 255,
    image_mean: imagenetMean,
    image_std: imagenetStd,
    do_resize: true,
    resample: 2,
  };
  const crop = { do_center_crop: true, crop_size: { height: 224, width: 224 } };

  // Expected by hand, from transformers' image_processing_*.py of each family.
  it.each<[string, object, KnownPreprocess]>([
    [
      'ViT: stretched',
      {
        image_processor_type: 'ViTImageProcessor',
        size: { height: 224, width: 192 },
        image_mean: half,
        image_std: half,
      },
      known(192, 224, 'stretch', 1, 'bilinear', inception),
    ],
    [
      'ViT as it was written once: a number, no rescaling said',
      {
        feature_extractor_type: 'ViTFeatureExtractor',
        do_rescale: null,
        rescale_factor: null,
        size: 224,
        image_mean: 0.5,
        image_std: 0.5,
      },
      known(224, 224, 'stretch', 1, 'bilinear', inception),
    ],
    [
      'DeiT: stretched to a number, then cut',
      {
        feature_extractor_type: 'DeiTFeatureExtractor',
        size: 256,
        crop_size: 224,
        do_center_crop: true,
        resample: 3,
      },
      known(224, 224, 'stretch', 0.875, 'bicubic', imagenet),
    ],
    [
      'ConvNext below 384: its shorter side is scaled to more, then cut',
      {
        image_processor_type: 'ConvNextImageProcessor',
        size: { shortest_edge: 224 },
        crop_pct: 0.9,
        resample: 3,
      },
      known(224, 224, 'crop', 0.9, 'bicubic', imagenet),
    ],
    [
      'ConvNext without crop_pct: 224 of 256',
      { feature_extractor_type: 'ConvNextFeatureExtractor', size: 224, crop_pct: null, resample: 3 },
      known(224, 224, 'crop', 0.875, 'bicubic', imagenet),
    ],
    [
      'ConvNext from 384 on: stretched',
      { image_processor_type: 'ConvNextImageProcessorFast', size: { shortest_edge: 384 }, crop_pct: 0.875 },
      known(384, 384, 'stretch', 1, 'bilinear', imagenet),
    ],
    [
      'MobileNetV2: the shorter side, then cut',
      { image_processor_type: 'MobileNetV2ImageProcessor', size: { shortest_edge: 256 }, ...crop },
      known(224, 224, 'crop', 0.875, 'bilinear', imagenet),
    ],
    [
      'MobileViT: BGR, not normalized',
      {
        image_processor_type: 'MobileViTImageProcessor',
        size: { shortest_edge: 288 },
        do_center_crop: true,
        crop_size: { height: 256, width: 256 },
        do_normalize: false,
        image_mean: null,
        image_std: null,
        do_flip_channel_order: true,
      },
      known(256, 256, 'crop', 256 / 288, 'bilinear', { order: 'BGR', mean: [0, 0, 0], std: [255, 255, 255] }),
    ],
    [
      'LeViT: the shorter side to 256/224 of its size',
      { image_processor_type: 'LevitImageProcessor', size: { shortest_edge: 224 }, ...crop, resample: 3 },
      known(224, 224, 'crop', 0.875, 'bicubic', imagenet),
    ],
    [
      'EfficientNet with include_top: divided by std once more',
      {
        image_processor_type: 'EfficientNetImageProcessor',
        size: { height: 346, width: 346 },
        do_center_crop: true,
        crop_size: { height: 289, width: 289 },
        image_mean: half,
        image_std: half,
        include_top: true,
      },
      known(289, 289, 'stretch', 289 / 346, 'bilinear', {
        order: 'RGB',
        mean: [127.5, 127.5, 127.5],
        std: [63.75, 63.75, 63.75],
      }),
    ],
    [
      'a rescaling around 0',
      {
        image_processor_type: 'EfficientNetImageProcessor',
        size: { height: 64, width: 64 },
        do_normalize: false,
        rescale_factor: 1 / 127.5,
        rescale_offset: true,
        include_top: false,
      },
      known(64, 64, 'stretch', 1, 'bilinear', inception),
    ],
    [
      'no rescaling: mean and std are levels',
      { do_rescale: false, size: { height: 64, width: 64 }, image_mean: [1, 2, 3], image_std: [4, 5, 6] },
      known(64, 64, 'stretch', 1, 'bilinear', { order: 'RGB', mean: [1, 2, 3], std: [4, 5, 6] }),
    ],
  ])('%s', (_, change, expected) => {
    expect(read({ ...normalized, ...change })).toEqual(expected);
  });

  it('gives a share that leads back to the side that was scaled, whatever the two are', () => {
    for (let side = 32; side <= 600; side += 7) {
      for (const scaled of [side, side + 1, side + 3, Math.floor(side * 1.1), Math.floor(side / 0.875)]) {
        const { crop = 0 } = read({
          ...normalized,
          image_processor_type: 'CLIPImageProcessor',
          size: { shortest_edge: scaled },
          do_center_crop: true,
          crop_size: side,
        });
        expect(Math.floor(side / crop), `${side} of ${scaled}`).toBe(scaled);
      }
    }
  });

  it('leaves open what it leaves to its processor', () => {
    expect(read({ image_processor_type: 'ViTImageProcessor' })).toEqual({});
    expect(read({ do_resize: true, do_normalize: true })).toEqual({});
    expect(read({ do_resize: false, resample: 0, size: 224, do_normalize: false })).toEqual({
      scaling: { order: 'RGB', mean: [0, 0, 0], std: [255, 255, 255] },
    });
  });

  it.each([
    ['nearest', { resample: 0 }, 'Expected 2 (bilinear) or 3 (bicubic), not nearest, for resample in'],
    ['Lanczos', { resample: 1 }, 'not Lanczos, for resample in beside.json but found 1.'],
    ['a text as filter', { resample: 'bicubic' }, 'Expected a number of Pillow for resample'],
    ['padding', { do_pad: true }, 'Expected false for do_pad'],
    [
      'a cut without scaling',
      { do_resize: false, ...crop },
      'Expected true with do_center_crop for do_resize',
    ],
    [
      'another size',
      { size: { longest_edge: 800 } },
      'Expected a number, {"shortest_edge"} or {"height", "width"}',
    ],
    ['a negative size', { size: -1 }, 'for size in beside.json but found -1'],
    [
      'free sides',
      { size: { shortest_edge: 224 } },
      'Expected {"height", "width"}, or do_center_crop, for size',
    ],
    [
      'a number of an unknown kind',
      { size: 256, ...crop },
      'Expected {"shortest_edge"} or {"height", "width"} for size',
    ],
    [
      'a cut of no size',
      { size: { shortest_edge: 256 }, do_center_crop: true },
      'for crop_size in beside.json but found nothing',
    ],
    [
      'a cut that would be padded',
      { size: { shortest_edge: 200 }, ...crop },
      'Expected at most 200 × 200, the same share of both sides, for crop_size',
    ],
    [
      'shares that differ',
      { size: { height: 256, width: 512 }, ...crop },
      'Expected at most 512 × 256, the same share',
    ],
    [
      'a cut that is no square',
      { size: { shortest_edge: 256 }, do_center_crop: true, crop_size: { height: 224, width: 192 } },
      'Expected a square for crop_size',
    ],
    ['two means', { image_mean: [0.5, 0.5] }, 'Expected a number or three numbers for image_mean'],
    [
      'a std of 0',
      { image_std: 0 },
      'Expected a number that is not 0 for image_std in beside.json but found 0.',
    ],
    [
      'a mean beyond all levels',
      { image_mean: 1e308 },
      'Expected a number from -1000000 to 1000000 for image_mean',
    ],
    ['a factor of 0', { rescale_factor: 0 }, 'Expected a number above 0 for rescale_factor'],
    [
      'an offset that is read in two ways',
      { rescale_offset: true },
      'Expected 1/127.5 with rescale_offset for rescale_factor',
    ],
    ['a switch that is none', { do_normalize: 'yes' }, 'Expected true or false for do_normalize'],
  ])('is refused with %s', (_, change, message) => {
    expect(() => read({ ...normalized, size: { height: 224, width: 224 }, ...change })).toThrow(
      expect.objectContaining({
        code: 'BACKBONE_INVALID',
        message: expect.stringContaining(message) as string,
        hint: expect.stringContaining('--input-size') as string,
      }),
    );
  });
});
