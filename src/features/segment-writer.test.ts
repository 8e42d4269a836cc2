import { expect, it, onTestFinished, vi } from 'vitest';
import { type FeatureRow, segmentWriter } from './segment-writer.ts';
import type { Segment } from './segment.ts';
import type { FeatureStore } from './store.ts';
import { photoHash, rowsOf, tinyBackbone } from './testing/tiny-backbone.ts';

/** A store that keeps its segments in an array. */
function arrayStore(): { store: FeatureStore; segments: Segment[] } {
  const segments: Segment[] = [];
  const store: FeatureStore = {
    folder: '/nowhere',
    view: 'whole',
    taps: tinyBackbone.taps,
    locate: () => Promise.resolve(new Map()),
    read: () => Promise.reject(new Error('nothing is read here')),
    append: (segment) => Promise.resolve(void segments.push(segment)),
  };
  return { store, segments };
}

function rowOf(number: number): FeatureRow {
  return {
    photo: photoHash(number),
    width: 2 * number,
    height: number,
    values: rowsOf([number]).values,
  };
}

it('rows go out in segments of 256, and what is left by flush', async () => {
  const { store, segments } = arrayStore();
  const writer = segmentWriter(store);
  const numbers = Array.from({ length: 300 }, (_, number) => number);
  await Promise.all(numbers.map((number) => writer.add(rowOf(number))));
  expect(segments.map(({ photos }) => photos.length)).toEqual([256]);
  await writer.flush();
  await writer.flush();
  expect(segments.map(({ photos }) => photos.length)).toEqual([256, 44]);
  expect(segments[1]).toEqual(rowsOf(numbers.slice(256)));
});

it('rows that have waited for four seconds go out, and the next ones wait anew', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const { store, segments } = arrayStore();
  const writer = segmentWriter(store);
  // The wait begins with the first row, not with the writer.
  vi.advanceTimersByTime(60_000);
  for (const number of [1, 2, 3, 4, 5, 6]) {
    await writer.add(rowOf(number));
    vi.advanceTimersByTime(1999);
  }
  expect(segments).toEqual([rowsOf([1, 2, 3, 4])]);
  vi.advanceTimersByTime(3);
  await writer.add(rowOf(7));
  expect(segments).toEqual([rowsOf([1, 2, 3, 4]), rowsOf([5, 6, 7])]);
});

it('values of another size than the tap has are refused', async () => {
  const writer = segmentWriter(arrayStore().store);
  await writer.add({ ...rowOf(1), values: [Float32Array.of(1, 2, 3)] });
  await expect(writer.flush()).rejects.toThrow('Expected 5 values for tap 1 but received 0');
});
