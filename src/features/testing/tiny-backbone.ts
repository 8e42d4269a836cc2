import { createHash } from 'node:crypto';
import type { Backbone } from '../../backbone/backbone.ts';
import type { Segment } from '../segment.ts';

/** A network that is never run: two taps of 3 and 5 values. */
export const tinyBackbone: Backbone = {
  id: 'tiny',
  sha256: 'ab'.repeat(32),
  form: 'uint8',
  preprocess: { width: 8, height: 8, resize: 'stretch', crop: 1, kernel: 'bilinear' },
  variant: 'whole',
  taps: [
    { name: 'early', size: 3 },
    { name: 'late', size: 5 },
  ],
  model: {
    opset: 17,
    metadata: {},
    graph: { name: 'tiny', nodes: [], initializers: new Map(), inputs: [], outputs: [] },
  },
};

/** A hash that stands for a photo. */
export function photoHash(name: string | number): string {
  return createHash('sha256').update(String(name)).digest('hex');
}

/** Rows whose values follow from the photos' numbers: `number + column / 100`, and 1000 more in the later tap; sizes are `2 number × number`. */
export function rowsOf(numbers: readonly number[]): Segment {
  const tap = (size: number, offset: number): Float32Array =>
    Float32Array.from({ length: numbers.length * size }, (_, index) => {
      return offset + (numbers[Math.floor(index / size)] ?? 0) + (index % size) / 100;
    });
  const sizes = Uint32Array.from(numbers.flatMap((number) => [number * 2, number]));
  return { photos: numbers.map(photoHash), sizes, values: [tap(3, 0), tap(5, 1000)] };
}
