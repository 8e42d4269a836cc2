import { describe, expect, it } from 'vitest';
import type { KnownPreprocess } from '../../shared/preprocess.ts';
import { readPreprocessConfig } from './read-preprocess.ts';

const read = (value: unknown): KnownPreprocess => readPreprocessConfig(JSON.stringify(value), 'beside.json');
const imagenet = {
  order: 'RGB',
  mean: [123.675, 116.28, 103.53],
  std: [58.395, 57.12, 57.375],
} as const;
const imagenetMean = [0.485, 0.456, 0.406];
const imagenetStd = [0.229, 0.224, 0.225];
const half = [0.5, 0.5, 0.5];

describe("timm's config.json", () => {
  const settings = {
    tag: 'a1_in1k',
    num_classes: 1000,
    input_size: [3, 224, 192],
    pool_size: null,
    interpolation: 'bicubic',
    crop_pct: 0.95,
    crop_mode: 'center',
    mean: imagenetMean,
    std: imagenetStd,
    first_conv: 'conv1',
  };
  const expected = {
    width: 192,
    height: 224,
    resize: 'crop',
    crop: 0.95,
    kernel: 'bicubic',
    scaling: imagenet,
  };

  it('is read from its pretrained_cfg', () => {
    expect(read({ architecture: 'resnet50', num_features: 2048, pretrained_cfg: settings })).toEqual(
      expected,
    );
  });

  it('is read from the top level of older files', () => {
    expect(read({ architecture: 'resnet50', ...settings, crop_mode: undefined })).toEqual(expected);
  });

  it('means a stretch by "squash"', () => {
    expect(read({ ...settings, crop_mode: 'squash' })).toEqual({ ...expected, resize: 'stretch' });
  });

  it('leaves open what it does not say', () => {
    expect(read({ pretrained_cfg: { input_size: [3, 64, 64], interpolation: null, mean: half } })).toEqual({
      width: 64,
      height: 64,
    });
  });

  it.each([
    [
      'border',
      { crop_mode: 'border' },
      '"center" or "squash" for crop_mode in beside.json but found "border"',
    ],
    ['a mode that objects have', { crop_mode: 'constructor' }, 'for crop_mode in'],
    ['lanczos', { interpolation: 'lanczos' }, '"bilinear" or "bicubic" for interpolation'],
    ['one channel', { input_size: [1, 28, 28] }, 'Expected 3 channels for input_size.0'],
    ['a size of 0', { input_size: [3, 0, 28] }, 'Expected a whole number from 1 to 8192 for input_size.1'],
    ['two sides', { input_size: [224, 224] }, 'Expected [3, height, width] for input_size'],
    ['a share of 2', { crop_pct: 2 }, 'Expected a number above 0 and at most 1 for crop_pct'],
    ['one mean', { mean: 0.5 }, 'Expected three numbers for mean in beside.json but found 0.5.'],
    [
      'a std of 0',
      { std: [0.2, 0, 0.2] },
      'Expected a number that is not 0 for std.1 in beside.json but found 0.',
    ],
    ['a text as settings', { pretrained_cfg: 'x' }, 'Expected an object for pretrained_cfg'],
    [
      'a nested text as mode',
      { pretrained_cfg: { ...settings, crop_mode: 'random' } },
      'for pretrained_cfg.crop_mode in',
    ],
  ])('is refused with %s', (_, change, message) => {
    expect(() => read({ ...settings, ...change })).toThrow(
      expect.objectContaining({
        code: 'BACKBONE_INVALID',
        message: expect.stringContaining(message) as string,
      }),
    );
  });
});
