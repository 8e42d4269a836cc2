import { expect, it } from 'vitest';
import { floats, uint8s } from '../onnx/build.ts';
import { mixRows } from './mix-rows.ts';

it('mixes each row by its own share', () => {
  const [a, b] = [floats([2, 2], [1, 2, 3, 4]), floats([2, 2], [5, 6, 7, 8])];
  const mixed = mixRows(a, b, Float32Array.from([1, 0.25]));
  expect(mixed).toEqual(floats([2, 2], [1, 2, 6, 7]));
  expect(a).toEqual(floats([2, 2], [1, 2, 3, 4]));
});

it('rounds levels', () => {
  const mixed = mixRows(uint8s([1, 3], [0, 255, 10]), uint8s([1, 3], [255, 255, 11]), Float32Array.of(0.75));
  expect(mixed).toEqual(uint8s([1, 3], [64, 255, 10]));
});
