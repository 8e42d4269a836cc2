import { expect, it } from 'vitest';
import { createRandom } from '../head/random.ts';
import { addVectors } from './add-vectors.ts';

it.each([0, 1, 2, 3])('adding %d vectors at once gives the bits of adding one after the other', (count) => {
  const random = createRandom('vectors');
  // Of very different sizes, so that the order of additions shows.
  const draw = (): Float32Array =>
    Float32Array.from({ length: 500 }, () => random.truncatedNormal() * 10 ** random.below(6));
  const start = draw();
  const vectors = Array.from({ length: count }, draw);
  const expected = start.slice();
  for (const vector of vectors) {
    for (let index = 100; index < 400; index++) expected[index] = expected[index]! + vector[index]!;
  }
  const sum = start.slice();
  addVectors(sum, vectors, 100, 400);
  expect(sum).toEqual(expected);
});
