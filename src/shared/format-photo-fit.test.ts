import { expect, it } from 'vitest';
import { formatPhotoFit } from './format-photo-fit.ts';

it.each([
  ['stretch', 1, 'bilinear', 'stretched to 299 × 224, bilinear'],
  ['stretch', 0.875, 'bicubic', 'stretched to 299 × 224 (the middle 87.5 %), bicubic'],
  ['crop', 1, 'bilinear', 'cropped to 299 × 224, bilinear'],
  ['crop', 0.9, 'bicubic', 'cropped to 299 × 224 (the middle 90.0 %), bicubic'],
] as const)('%s, %d, %s is %s', (resize, crop, kernel, text) => {
  expect(formatPhotoFit({ width: 299, height: 224, resize, crop, kernel })).toBe(text);
});
