import { expect, it } from 'vitest';
import { seededRandom } from './testing/random.ts';
import { halfValues, toHalves } from './half-floats.ts';

/** The nearest number of half precision by definition: that of the least distance, of two the one with an even last bit. */
function nearest(value: number): number {
  const table = halfValues();
  let best = 0;
  for (let bits = 1; bits <= 0x7bff; bits++) {
    const [gain, known] = [
      Math.abs(Math.abs(value) - (table[bits] ?? 0)),
      Math.abs(Math.abs(value) - (table[best] ?? 0)),
    ];
    if (gain < known || (gain === known && bits % 2 === 0)) best = bits;
  }
  return value < 0 ? best | 0x8000 : best;
}

it('numbers of half precision stay as they are', () => {
  const table = halfValues();
  const numbers = Array.from({ length: 65_536 }, (_, bits) => bits).filter((bits) =>
    Number.isFinite(table[bits]),
  );
  expect([...toHalves(Float32Array.from(numbers, (bits) => table[bits] ?? NaN))]).toEqual(numbers);
  expect(numbers).toHaveLength(2 * 31 * 1024);
});

it('others become the nearest one, halves to even', () => {
  const random = seededRandom(3);
  const drawn = [...random.floats(120)].map((value) => Math.fround(value * 2 ** random.int(-26, 16)));
  const middles = [
    1 + 2 ** -11,
    1 + 3 * 2 ** -11,
    2 ** -25,
    3 * 2 ** -25,
    2 ** -14 - 2 ** -25,
    2 ** -26,
    -(2 ** -25),
    65_519,
  ];
  const values = Float32Array.from([...drawn, ...middles]);
  expect([...toHalves(values)]).toEqual([...values].map(nearest));
});

it('what is too large keeps to the largest, and NaN stays', () => {
  const halves = toHalves(Float32Array.of(65_520, 1e9, Infinity, -Infinity, -70_000, NaN));
  const values = [...halves].map((bits) => halfValues()[bits]);
  expect(values).toEqual([65_504, 65_504, 65_504, -65_504, -65_504, NaN]);
});
