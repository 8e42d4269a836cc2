import { describe, expect, it } from 'vitest';
import type { KnownPreprocess } from '../../shared/preprocess.ts';
import { readPreprocessConfig } from './read-preprocess.ts';

const read = (value: unknown): KnownPreprocess => readPreprocessConfig(JSON.stringify(value), 'beside.json');

describe("Regraft's own form", () => {
  const whole: KnownPreprocess = {
    width: 96,
    height: 64,
    resize: 'crop',
    crop: 0.875,
    kernel: 'bicubic',
    scaling: { order: 'BGR', mean: [123.68, 116.779, 103.939], std: [1, 1, 1] },
  };

  it('is read as it is, and so is any part of it', () => {
    expect(read(whole)).toEqual(whole);
    for (const key of Object.keys(whole) as (keyof typeof whole)[]) {
      expect(read({ [key]: whole[key] })).toEqual({ [key]: whole[key] });
    }
  });

  it('ignores keys that it does not know, null, and a byte order mark', () => {
    const text = JSON.stringify({ ...whole, comment: 'mine', kernel: null });
    const { kernel, ...rest } = whole;
    expect(kernel).toBe('bicubic');
    expect(readPreprocessConfig(`\uFEFF${text}`, 'own.json')).toEqual(rest);
  });

  it.each([
    [{ width: 0 }, 'Expected a whole number from 1 to 8192 for width in beside.json but found 0.'],
    [{ height: 9999 }, 'Expected a whole number from 1 to 8192 for height'],
    [{ resize: 'pad' }, 'Expected "stretch" or "crop" for resize in beside.json but found "pad".'],
    [{ crop: 1.1 }, 'Expected a number above 0 and at most 1 for crop'],
    [{ kernel: 'area' }, 'Expected "bilinear" or "bicubic" for kernel'],
    [{ scaling: 'imagenet' }, 'Expected an object of order, mean and std for scaling'],
    [{ scaling: { ...whole.scaling, order: 'GBR' } }, 'Expected "RGB" or "BGR" for scaling.order'],
    [{ scaling: { ...whole.scaling, mean: [1, 2] } }, 'Expected three numbers for scaling.mean'],
    [
      { scaling: { ...whole.scaling, std: [1, 0, 1] } },
      'Expected a number that is not 0 for scaling.std.1 in beside.json but found 0.',
    ],
  ])('is refused as %j', (value, message) => {
    expect(() => read(value)).toThrow(
      expect.objectContaining({
        code: 'BACKBONE_INVALID',
        message: expect.stringContaining(message) as string,
      }),
    );
  });
});

it.each([
  ['no JSON', '<html>', 'Expected JSON in beside.json but found something else.'],
  ['a list', '[1]', 'Expected a JSON object in beside.json but found [1].'],
  ['nothing', '', 'Expected JSON in beside.json'],
  ['no keys', '{}', 'Expected the preprocessing of a network in beside.json but found no keys.'],
  ['another file', '{"model_type":"vit","hidden_size":768}', 'but found model_type, hidden_size.'],
])('a file that is %s is refused', (_, text, message) => {
  expect(() => readPreprocessConfig(text, 'beside.json')).toThrow(
    expect.objectContaining({
      code: 'BACKBONE_INVALID',
      message: expect.stringContaining(message) as string,
    }),
  );
});
