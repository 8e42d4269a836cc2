import { describe, expect, it } from 'vitest';
import { asFile, drawFeatures } from '../../test/fixtures/draw-features.ts';
import { matrixFromArray } from '../features/feature-matrix.ts';
import { foldScaling, measureFeatures } from './feature-scaling.ts';

describe('measureFeatures', () => {
  it('gives the means and the root of the mean squared length of centred rows', async () => {
    const { mean, scale } = await measureFeatures(
      matrixFromArray(Float32Array.of(1, 10, 3, 10, 5, 10), 3, 2),
    );
    expect([...mean]).toEqual([3, 10]);
    expect([...scale]).toEqual([scale[0], scale[0]]);
    expect(scale[0]).toBeCloseTo(Math.sqrt(8 / 3), 12);
  });

  it('is exact for constant columns and far offsets', async () => {
    const values = Float32Array.of(0.1, 1e6 + 1, 0.1, 1e6 - 1, 0.1, 1e6 + 1, 0.1, 1e6 - 1);
    const { mean, scale } = await measureFeatures(matrixFromArray(values, 4, 2));
    expect([...mean]).toEqual([Math.fround(0.1), 1e6]);
    expect([...scale]).toEqual([1, 1]);
  });

  it('gives every tap the same share of the squared length, and a tap that never changes none', async () => {
    const rows = Float32Array.of(1, 10, 7, -1, 30, 7, 1, 20, 7, -1, 20, 7);
    const { mean, scale } = await measureFeatures(matrixFromArray(rows, 4, 3), [1, 1, 1]);
    const lengths = [0, 1, 2].map((column) => {
      const centred = [0, 1, 2, 3].map((row) => (rows[row * 3 + column]! - mean[column]!) / scale[column]!);
      return centred.reduce((sum, value) => sum + value ** 2, 0) / 4;
    });
    expect(lengths[0]).toBeCloseTo(1 / 3, 12);
    expect(lengths[1]).toBeCloseTo(1 / 3, 12);
    expect(lengths[2]).toBe(0);
  });

  it('gives the same for chunks of any size', async () => {
    const part = drawFeatures({ rows: 100, columns: 7, classes: 2, separation: 1, name: 'measure' });
    expect(await measureFeatures(asFile(part, 13).features)).toEqual(await measureFeatures(part.features));
  });

  it('names the row and column of a value that is not finite in a later chunk', async () => {
    const values = new Float32Array(60).map((_, i) => i);
    values[47] = -Infinity;
    const work = measureFeatures(matrixFromArray(values, 20, 3, 8));
    await expect(work).rejects.toMatchObject({
      code: 'FEATURES_INVALID',
      message:
        'Expected finite features, but row 15, column 2 of the training rows (both counted from 0) is -Infinity.',
    });
  });
});

describe('foldScaling', () => {
  it('gives the same logits on features as they are', () => {
    const point = Float64Array.of(1, -2, 0.5, 3, 0.25, -1);
    const scaling = { mean: Float64Array.of(4, -1), scale: Float64Array.of(2.5, 0.5) };
    const { weights, bias } = foldScaling(point, 2, scaling);
    const x = [7, 0.5];
    for (let k = 0; k < 2; k++) {
      const centred = x.map((value, c) => (value - scaling.mean[c]!) / scaling.scale[c]!);
      const expected = centred[0]! * point[2 * k]! + centred[1]! * point[2 * k + 1]! + point[4 + k]!;
      expect(x[0]! * weights[2 * k]! + x[1]! * weights[2 * k + 1]! + bias[k]!).toBeCloseTo(expected, 5);
    }
  });
});
