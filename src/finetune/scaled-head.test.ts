import { describe, expect, it } from 'vitest';
import { createRandom } from '../head/random.ts';
import { scaleHead } from './scaled-head.ts';

describe('a head on scaled features', () => {
  it('gives the logits of the head that it comes from, divided', () => {
    const random = createRandom('scaled head');
    const draw = (length: number): Float32Array =>
      Float32Array.from({ length }, () => random.truncatedNormal());
    const [classes, columns] = [3, 5];
    const head = { weights: draw(classes * columns), bias: draw(classes) };
    const scaling = {
      mean: Float64Array.from([3, -2, 0, 0.5, 10]),
      scale: Float64Array.from([0.1, 0.1, 4, 4, 4]),
    };
    const scaled = scaleHead(head, scaling, 2.5);
    const row = draw(columns);
    for (let label = 0; label < classes; label++) {
      const sum = (weights: Float32Array, values: ArrayLike<number>): number =>
        Array.from(values).reduce(
          (total, value, at) => total + value * (weights[label * columns + at] ?? 0),
          0,
        );
      const own = row.map((value, at) => value * (scaled.factor[at] ?? 0) + (scaled.offset[at] ?? 0));
      const expected = (sum(head.weights, row) + (head.bias[label] ?? 0)) / 2.5;
      expect(sum(scaled.weights, own) + (scaled.bias[label] ?? 0)).toBeCloseTo(expected, 3);
    }
    // One step of the same length then moves every tap's part of the logits alike.
    expect(scaled.factor).toEqual(Float32Array.from([10, 10, 0.25, 0.25, 0.25]));
  });
});
