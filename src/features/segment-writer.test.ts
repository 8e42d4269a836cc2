import { expect, it } from 'vitest';
import { segmentWriter } from './segment-writer.ts';
import type { Segment } from './segment.ts';
import type { FeatureStore } from './store.ts';
import { photoHash, rowsOf, tinyBackbone } from './testing/tiny-backbone.ts';

/** A store that keeps its segments in an array. */
function arrayStore(): { store: FeatureStore; segments: Segment[] } {
  const segments: Segment[] = [];
  const store: FeatureStore = {
    taps: tinyBackbone.taps,
    locate: () => Promise.resolve(new Map()),
    read: () => Promise.reject(new Error('nothing is read here')),
    append: (segment) => Promise.resolve(void segments.push(segment)),
  };
  return { store, segments };
}

it('rows go out in segments of 256, and what is left by flush', async () => {
  const { store, segments } = arrayStore();
  const writer = segmentWriter(store);
  const numbers = Array.from({ length: 300 }, (_, number) => number);
  await Promise.all(numbers.map((number) => writer.add(photoHash(number), rowsOf([number]).values)));
  expect(segments.map(({ photos }) => photos.length)).toEqual([256]);
  await writer.flush();
  await writer.flush();
  expect(segments.map(({ photos }) => photos.length)).toEqual([256, 44]);
  expect(segments[1]).toEqual(rowsOf(numbers.slice(256)));
});

it('values of another size than the tap has are refused', async () => {
  const writer = segmentWriter(arrayStore().store);
  await writer.add(photoHash(1), [Float32Array.of(1, 2, 3)]);
  await expect(writer.flush()).rejects.toThrow('Expected 5 values for tap 1 but received 0');
});
