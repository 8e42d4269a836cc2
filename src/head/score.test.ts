import { describe, expect, it } from 'vitest';
import { asFile, drawFeatures } from '../../test/fixtures/draw-features.ts';
import { matrixFromArray } from '../features/feature-matrix.ts';
import { scoreRows } from './score.ts';

describe('scoreRows', () => {
  it('gives features · weightsᵀ + bias', async () => {
    const features = matrixFromArray(Float32Array.of(1, 2, 3, 4, 5, 6), 2, 3);
    const head = { weights: Float32Array.of(1, 0, -1, 0.5, 0.5, 0.5), bias: Float32Array.of(10, -1) };
    expect([...(await scoreRows(features, head))]).toEqual([8, 2, 8, 6.5]);
    expect(head.weights).toHaveLength(6);
  });

  it('gives the same for chunks of any size, in the order of the rows', async () => {
    const part = drawFeatures({ rows: 2500, columns: 5, classes: 2, separation: 1, name: 'score' });
    const head = { weights: Float32Array.from({ length: 10 }, (_, i) => i - 4), bias: Float32Array.of(1, 2) };
    const logits = await scoreRows(part.features, head);
    const values = await part.features.chunk(0);
    for (const row of [0, 1023, 1024, 2499]) {
      const expected = head.weights.subarray(0, 5).reduce((sum, w, c) => sum + w * values[row * 5 + c]!, 1);
      expect(logits[2 * row]).toBeCloseTo(expected, 4);
    }
    expect(await scoreRows(asFile(part, 333).features, head)).toEqual(logits);
  });

  it('takes the steps before the last layer in their order', async () => {
    const features = matrixFromArray(Float32Array.of(3, 4, -3, 1, 0, 0), 3, 2);
    const before = [
      { kind: 'dense', weights: Float32Array.of(1, 0, 0, 1, 1, 1), bias: Float32Array.of(0, 0, -2) },
      { kind: 'relu' },
      { kind: 'unit-length' },
    ] as const;
    const head = { before, weights: Float32Array.of(1, 1, 1), bias: Float32Array.of(0.5) };
    const logits = await scoreRows(features, head);
    // Rows after relu: [3, 4, 5], [0, 1, 0], [0, 0, 0]; the last has no length and stays as it is.
    const expected = [12 / Math.hypot(3, 4, 5) + 0.5, 1.5, 0.5];
    for (const [row, logit] of expected.entries()) expect(logits[row]).toBeCloseTo(logit, 6);
  });

  it('scales and shifts column by column', async () => {
    const features = matrixFromArray(Float32Array.of(1, 2, 3, 4), 2, 2);
    const before = [
      { kind: 'affine', factor: Float32Array.of(2, -1), offset: Float32Array.of(0.5, 10) },
    ] as const;
    const head = { before, weights: Float32Array.of(1, 0, 0, 1), bias: Float32Array.of(0, 0) };
    expect([...(await scoreRows(features, head))]).toEqual([2.5, 8, 6.5, 6]);
  });

  it('gives nothing for no rows', async () => {
    const none = matrixFromArray(new Float32Array(0), 0, 3);
    expect(await scoreRows(none, { weights: new Float32Array(6), bias: new Float32Array(2) })).toHaveLength(
      0,
    );
  });

  it('stops when it is cancelled', async () => {
    const part = drawFeatures({ rows: 10, columns: 5, classes: 2, separation: 1, name: 'score' });
    const head = { weights: new Float32Array(10), bias: new Float32Array(2) };
    const work = scoreRows(part.features, head, { signal: AbortSignal.abort() });
    await expect(work).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
