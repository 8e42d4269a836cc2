import { describe, expect, it } from 'vitest';
import { drawFeatures } from '../../test/fixtures/draw-features.ts';
import { matrixFromArray } from '../features/feature-matrix.ts';
import { measureFeatures } from './feature-scaling.ts';
import type { LabelledRows } from './head.ts';
import { openPrincipalSpace } from './principal-space.ts';
import { createRandom } from './random.ts';

/** Rows of 60 columns that vary in three directions, by a hundred times less in all others, and not at all in the first column. */
function drawFlat(name: string, rows: number): LabelledRows {
  const directions = createRandom('directions');
  const axes = Array.from({ length: 3 * 60 }, () => directions.truncatedNormal());
  const random = createRandom(name);
  const values = new Float32Array(rows * 60);
  for (let row = 0; row < rows; row++) {
    const along = [0, 1, 2].map(() => random.truncatedNormal());
    for (let column = 0; column < 60; column++) {
      const value = along.reduce((sum, amount, axis) => sum + amount * axes[axis * 60 + column]!, 0);
      values[row * 60 + column] = column === 0 ? 7 : 7 + value + 0.01 * random.truncatedNormal();
    }
  }
  return {
    features: matrixFromArray(values, rows, 60),
    labels: new Int32Array(rows),
    identities: Array.from({ length: rows }, (_, row) => `${name} ${row}`),
  };
}

function distance(values: Float32Array, columns: number, a: number, b: number): number {
  let sum = 0;
  for (let k = 0; k < columns; k++) sum += (values[a * columns + k]! - values[b * columns + k]!) ** 2;
  return Math.sqrt(sum);
}

describe('openPrincipalSpace', () => {
  it('keeps the distances of rows that vary in no more directions than it has coordinates', async () => {
    const parts = [drawFlat('learn', 40), drawFlat('judge', 20)];
    const scaling = await measureFeatures(parts[0]!.features);
    const space = await openPrincipalSpace(parts, 1, scaling, 3, { seed: 0 });
    for (const [index, part] of parts.entries()) {
      const [before, after] = [await part.features.chunk(0), await space.parts[index]!.features.chunk(0)];
      const ratios = Array.from({ length: 15 }, (_, row) => {
        return distance(after, 3, row, row + 1) / distance(before, 60, row, row + 1);
      });
      expect(Math.max(...ratios) / Math.min(...ratios)).toBeLessThan(1.02);
    }
  });

  it('gives all coordinates much the same size: their mean square is 1, in no direction far from it', async () => {
    const parts = [drawFeatures({ rows: 300, columns: 50, classes: 2, separation: 4, name: 'learn' })];
    const scaling = await measureFeatures(parts[0]!.features);
    const space = await openPrincipalSpace(parts, 1, scaling, 20, { seed: 0 });
    const values = await space.parts[0]!.features.chunk(0);
    const squares = Array.from({ length: 20 }, (_, column) => {
      let sum = 0;
      for (let row = 0; row < 300; row++) sum += values[row * 20 + column]! ** 2;
      return sum / 300;
    });
    expect(squares.reduce((sum, square) => sum + square, 0) / 20).toBeCloseTo(1, 4);
    expect(Math.max(...squares)).toBeLessThan(3);
    expect(Math.min(...squares)).toBeGreaterThan(0.3);
  });

  it('says how coordinates come from features', async () => {
    const parts = [drawFlat('learn', 12), drawFlat('judge', 5)];
    const scaling = await measureFeatures(parts[0]!.features);
    const { parts: projected, weights, bias } = await openPrincipalSpace(parts, 1, scaling, 8, { seed: 3 });
    const [features, coordinates] = [
      await parts[1]!.features.chunk(0),
      await projected[1]!.features.chunk(0),
    ];
    for (let row = 0; row < 5; row++) {
      for (let k = 0; k < 8; k++) {
        let sum = bias[k]!;
        for (let column = 0; column < 60; column++) {
          sum += weights[k * 60 + column]! * features[row * 60 + column]!;
        }
        expect(sum).toBeCloseTo(coordinates[row * 8 + k]!, 3);
      }
    }
  });

  it('has no more coordinates than rows or columns', async () => {
    const few = [drawFlat('learn', 5)];
    const scaling = await measureFeatures(few[0]!.features);
    expect((await openPrincipalSpace(few, 1, scaling, 512, { seed: 0 })).bias).toHaveLength(5);
    const many = [drawFlat('learn', 80)];
    expect((await openPrincipalSpace(many, 1, scaling, 512, { seed: 0 })).bias).toHaveLength(60);
  });
});
