import { expect, it } from 'vitest';
import type { PhotoFit, PixelScaling } from '../shared/preprocess.ts';
import { variantOf } from './variant.ts';

const fit: PhotoFit = { width: 224, height: 192, resize: 'crop', crop: 0.875, kernel: 'bicubic' };
const scaling: PixelScaling = { order: 'RGB', mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5] };
const taps = [
  { name: 'early', size: 3, tensor: 'relu_1' },
  { name: 'late', size: 5, tensor: 'relu_2' },
];

it('a variant has the size in its name, and is the same on every machine', () => {
  // By Python's hashlib, of the same text.
  expect(variantOf(fit, scaling, taps)).toBe('224x192-9722097950b3');
});

it('other orders of keys and other objects of the same values are the same variant', () => {
  const shuffled = { kernel: 'bicubic', crop: 0.875, resize: 'crop', height: 192, width: 224 } as const;
  const copy = { std: [...scaling.std], mean: [...scaling.mean], order: 'RGB' } as unknown as PixelScaling;
  const sources = taps.map(({ name, size, tensor }) => ({ tensor, size, name, axes: [2, 3] }));
  expect(variantOf(shuffled, copy, sources)).toBe(variantOf(fit, scaling, taps));
});

it('whatever changes the features changes the variant', () => {
  const variants = [
    variantOf(fit, scaling, taps),
    variantOf({ ...fit, width: 192, height: 224 }, scaling, taps),
    variantOf({ ...fit, resize: 'stretch' }, scaling, taps),
    variantOf({ ...fit, crop: 0.9 }, scaling, taps),
    variantOf({ ...fit, kernel: 'bilinear' }, scaling, taps),
    variantOf(fit, undefined, taps),
    variantOf(fit, { ...scaling, order: 'BGR' }, taps),
    variantOf(fit, { ...scaling, mean: [127.5, 127.5, 127] }, taps),
    variantOf(fit, { ...scaling, std: [128, 127.5, 127.5] }, taps),
    variantOf(fit, scaling, taps.toReversed()),
    variantOf(fit, scaling, taps.slice(1)),
    variantOf(fit, scaling, [{ name: 'early', size: 5, tensor: 'relu_1' }, ...taps.slice(1)]),
    variantOf(fit, scaling, [{ name: 'early', size: 3, tensor: 'relu_0' }, ...taps.slice(1)]),
  ];
  expect(new Set(variants).size).toBe(variants.length);
});
