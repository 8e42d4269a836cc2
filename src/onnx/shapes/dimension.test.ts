import { describe, expect, it } from 'vitest';
import { seededRandom } from '../testing/random.ts';
import {
  addDimensions,
  canonicalDimension,
  compareDimensions,
  type Dimension,
  divideDimensions,
  multiplyDimensions,
  substitute,
  subtractDimensions,
} from './dimension.ts';

it.each<[Dimension, Dimension]>([
  [addDimensions('N', 1), 'N+1'],
  [addDimensions('N', 'N'), '2*N'],
  [addDimensions('N-3', 3), 'N'],
  [addDimensions('W', 'H'), 'H+W'],
  [subtractDimensions('N', 'N'), 0],
  [subtractDimensions(2, 'N'), '-N+2'],
  [multiplyDimensions('N', 64), '64*N'],
  [multiplyDimensions('W', 'H'), 'H*W'],
  [multiplyDimensions('N+1', 'N-1'), 'N*N-1'],
  [multiplyDimensions('', 0), 0],
  [multiplyDimensions('', 2), ''],
  [divideDimensions('64*N', 16), '4*N'],
  [divideDimensions('64*N', '64*N'), 1],
  [divideDimensions('H*N*W', 'H*W'), 'N'],
  [divideDimensions('64*N', 48), ''],
  [divideDimensions('N', 'M'), ''],
  [divideDimensions(7, 0), ''],
  [divideDimensions('', ''), ''],
  [canonicalDimension('W*2'), ''],
  [canonicalDimension('batch size'), ''],
  [canonicalDimension('batch_size'), 'batch_size'],
])('%j is written as %j', (actual, expected) => {
  expect(actual).toBe(expected);
});

it.each<[Dimension, Dimension, number | undefined]>([
  ['N', 0, 1],
  ['N', -1, 1],
  ['N', 1, undefined],
  [0, '2*N', -1],
  ['N+1', 'N', 1],
  ['N', 'N', 0],
  ['N', 'M', undefined],
  ['', '', undefined],
  [3, 3, 0],
])('%j compared with %j gives %j', (a, b, sign) => {
  expect(compareDimensions(a, b)).toBe(sign);
});

describe('whatever the symbols stand for', () => {
  it.each([1, 2, 3])('arithmetic on polynomials is that on their values (seed %i)', (seed) => {
    const random = seededRandom(seed);
    const operations: [(a: Dimension, b: Dimension) => Dimension, (a: number, b: number) => number][] = [
      [addDimensions, (a, b) => a + b],
      [subtractDimensions, (a, b) => a - b],
      [multiplyDimensions, (a, b) => a * b],
    ];
    for (let trial = 0; trial < 200; trial++) {
      const [n, h] = [random.int(1, 9), random.int(1, 9)];
      const value = (dim: Dimension): Dimension => substitute(substitute(dim, 'N', n), 'H', h);
      let [symbolic, real]: [Dimension, number] = ['N', n];
      for (let step = 0; step < 4; step++) {
        const [onSymbols, onNumbers] = random.pick(operations as [(typeof operations)[0]]);
        const operand = random.pick<Dimension>(['H', 'N', 3, 5]);
        [symbolic, real] = [onSymbols(symbolic, operand), onNumbers(real, Number(value(operand)))];
      }
      expect(value(symbolic)).toBe(real);
      const divisor = random.int(1, 6);
      const quotient = divideDimensions(symbolic, divisor);
      if (quotient !== '') expect(Number(value(quotient)) * divisor).toBe(real);
      const sign = compareDimensions(symbolic, 4);
      if (sign !== undefined) expect(Math.sign(real - 4)).toBe(sign);
    }
  });
});
