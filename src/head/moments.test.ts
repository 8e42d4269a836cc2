import { describe, expect, it } from 'vitest';
import { drawFeatures } from '../../test/fixtures/draw-features.ts';
import { addMoments, centreMoments, sumMoments } from './moments.ts';

// More rows than one block holds.
const [rows, columns, classes] = [1300, 4, 3];
const draw = { columns, classes, separation: 2 };
const scaling = { mean: Float64Array.of(1, 0, -1, 0.5), scale: Float64Array.of(2, 2, 0.5, 0.5) };

describe('sumMoments', () => {
  it('gives the sums that plain loops in float64 give, part after part', async () => {
    const parts = [
      drawFeatures({ ...draw, rows, name: 'first' }),
      drawFeatures({ ...draw, rows: 200, name: 'second' }),
    ];
    const weights = Float32Array.from({ length: rows + 200 }, (_, row) => row % 3);
    const expected = {
      products: new Float64Array(16),
      targets: new Float64Array(12),
      sum: new Float64Array(4),
      classSums: new Float64Array(3),
    };
    let row = 0;
    let total = 0;
    for (const part of parts) {
      const values = await part.features.chunk(0);
      for (const [index, label] of part.labels.entries()) {
        const w = weights[row++]!;
        const x = [0, 1, 2, 3].map((c) => (values[index * 4 + c]! - scaling.mean[c]!) / scaling.scale[c]!);
        total += w;
        expected.classSums[label]! += w;
        for (const [a, value] of x.entries()) {
          expected.sum[a]! += w * value;
          expected.targets[label * 4 + a]! += w * value;
          for (const [b, other] of x.entries()) expected.products[a * 4 + b]! += w * value * other;
        }
      }
    }
    const together = await sumMoments({ parts, scaling }, weights, classes);
    const apart = addMoments(
      await sumMoments({ parts: parts.slice(0, 1), scaling }, weights, classes),
      await sumMoments({ parts: parts.slice(1), scaling }, weights.subarray(rows), classes),
    );
    for (const found of [together, apart]) {
      expect(found.total).toBe(total);
      expect([...found.classSums]).toEqual([...expected.classSums]);
      // Rows are scaled in float32.
      for (const [i, value] of expected.products.entries()) {
        expect(Math.abs(found.products.values[i]! - value)).toBeLessThan(1e-3);
      }
      for (const [i, value] of expected.targets.entries()) {
        expect(Math.abs(found.targets.values[i]! - value)).toBeLessThan(1e-3);
      }
      for (const [i, value] of expected.sum.entries()) {
        expect(Math.abs(found.sum[i]! - value)).toBeLessThan(1e-3);
      }
    }
  });
});

describe('centreMoments', () => {
  it('takes the means off: two rows and their midpoint', () => {
    // Rows 1 and 3 of one column, in classes 0 and 1.
    const centred = centreMoments({
      products: { rows: 1, columns: 1, values: Float64Array.of(10) },
      targets: { rows: 2, columns: 1, values: Float64Array.of(1, 3) },
      sum: Float64Array.of(4),
      classSums: Float64Array.of(1, 1),
      total: 2,
    });
    expect(centred.rows).toBe(3);
    expect([...centred.values]).toEqual([2, -1, 1]);
  });
});
