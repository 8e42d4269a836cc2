import { describe, expect, it } from 'vitest';
import { createRandom } from './random.ts';
import { sampleRows } from './sample-rows.ts';

describe('sampleRows', () => {
  it('draws classes equally often however many rows they have', () => {
    const labels = Int32Array.from({ length: 1000 }, (_, row) => (row < 990 ? 0 : 2));
    const drawn = sampleRows(labels, createRandom('sample'))(20_000);
    const rare = drawn.filter((row) => labels[row] === 2).length / drawn.length;
    expect(rare).toBeGreaterThan(0.48);
    expect(rare).toBeLessThan(0.52);
    expect(new Set(drawn.filter((row) => row >= 990)).size).toBe(10);
  });

  it('never draws a class without rows', () => {
    const labels = Int32Array.of(3, 3, 5);
    expect(new Set(sampleRows(labels, createRandom('x'))(100))).toEqual(new Set([0, 1, 2]));
  });

  it('goes on in one sequence, whatever the sizes of the batches', () => {
    const labels = Int32Array.from({ length: 50 }, (_, row) => row % 3);
    const whole = sampleRows(labels, createRandom('s'))(30);
    const draw = sampleRows(labels, createRandom('s'));
    expect([...draw(10), ...draw(15), ...draw(5)]).toEqual([...whole]);
  });
});
