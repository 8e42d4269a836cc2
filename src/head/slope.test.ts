import { describe, expect, it } from 'vitest';
import { measureLogits } from './measure-logits.ts';
import { createRandom } from './random.ts';
import { chooseSlope } from './slope.ts';

/** Scores whose labels are drawn by their softmax at a known slope. */
function drawScores(slope: number, rows: number): { scores: Float32Array; labels: Int32Array } {
  const random = createRandom(`slope ${slope}`);
  const scores = Float32Array.from({ length: rows * 3 }, () => 0.4 * random.truncatedNormal());
  const labels = Int32Array.from({ length: rows }, (_, row) => {
    const powers = [0, 1, 2].map((k) => Math.exp(slope * scores[3 * row + k]!));
    let rest = (random.below(2 ** 32) / 2 ** 32) * powers.reduce((sum, power) => sum + power, 0);
    const label = powers.findIndex((power) => (rest -= power) < 0);
    return label < 0 ? 2 : label;
  });
  return { scores, labels };
}

describe('chooseSlope', () => {
  it.each([1, 6, 30])('finds the slope %d that labels were drawn by', (slope) => {
    const { scores, labels } = drawScores(slope, 6000);
    const found = chooseSlope(scores, labels, 3);
    expect(Math.abs(found.slope / slope - 1)).toBeLessThan(0.1);
    expect(found.logits[5]).toBeCloseTo(found.slope * scores[5]!, 4);
    expect(found).toMatchObject(measureLogits(found.logits, labels, 3));
  });
});
