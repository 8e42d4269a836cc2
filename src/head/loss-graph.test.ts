import { describe, expect, it } from 'vitest';
import { floats } from '../onnx/build.ts';
import { openSessions } from '../runtime/session-pool.ts';
import { buildLossGraph } from './loss-graph.ts';
import { createRandom } from './random.ts';

const [rows, columns, classes] = [7, 5, 3];

interface Problem {
  features: Float32Array;
  labels: number[];
  rowWeights: Float32Array;
  weights: Float32Array;
  bias: Float32Array;
}

function drawProblem(): Problem {
  const random = createRandom('loss graph');
  const draw = (length: number): Float32Array =>
    Float32Array.from({ length }, () => random.truncatedNormal());
  return {
    features: draw(rows * columns),
    labels: [0, 1, 2, 2, 1, 0, 1],
    rowWeights: Float32Array.of(1, 0.5, 2, 0, 1, 1, 3),
    weights: draw(classes * columns),
    bias: draw(classes),
  };
}

/** The same loss in float64 and plain loops. */
function lossByLoops(
  { features, labels, rowWeights }: Problem,
  weights: Float64Array,
  bias: Float64Array,
): number {
  let loss = 0;
  for (const [row, label] of labels.entries()) {
    const logits = Array.from({ length: classes }, (_, k) => {
      let logit = bias[k]!;
      for (let c = 0; c < columns; c++) logit += features[row * columns + c]! * weights[k * columns + c]!;
      return logit;
    });
    const logSum = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
    loss += rowWeights[row]! * (logSum - logits[label]!);
  }
  return loss;
}

async function runGraph(
  problem: Problem,
  wanted: bigint[] = [],
): Promise<{ loss: number; weightsGradient: number[]; biasGradient: number[]; logits: number[] }> {
  await using pool = await openSessions(buildLossGraph(classes, columns), { workers: 1 });
  const outputs = await pool.run({
    features: floats([rows, columns], problem.features),
    labels: { type: 'int64', dims: [rows, 1], data: BigInt64Array.from(problem.labels, BigInt) },
    rowWeights: floats([rows, 1], problem.rowWeights),
    weights: floats([classes, columns], problem.weights),
    bias: floats([classes], problem.bias),
    wanted: { type: 'int64', dims: [wanted.length], data: BigInt64Array.from(wanted) },
  });
  const read = (name: string): number[] => Array.from(outputs[name]?.data as Float32Array);
  return {
    loss: read('loss')[0]!,
    weightsGradient: read('weightsGradient'),
    biasGradient: read('biasGradient'),
    logits: read('logits'),
  };
}

describe('buildLossGraph', () => {
  it('gives the loss and the gradient that finite differences in float64 give', async () => {
    const problem = drawProblem();
    const result = await runGraph(problem);
    const weights = Float64Array.from(problem.weights);
    const bias = Float64Array.from(problem.bias);
    expect(result.loss).toBeCloseTo(lossByLoops(problem, weights, bias), 5);

    const step = 1e-5;
    const slope = (values: Float64Array, index: number): number => {
      const before = values[index]!;
      values[index] = before + step;
      const above = lossByLoops(problem, weights, bias);
      values[index] = before - step;
      const below = lossByLoops(problem, weights, bias);
      values[index] = before;
      return (above - below) / (2 * step);
    };
    for (const [index, component] of result.weightsGradient.entries()) {
      expect(component).toBeCloseTo(slope(weights, index), 4);
    }
    for (const [index, component] of result.biasGradient.entries()) {
      expect(component).toBeCloseTo(slope(bias, index), 4);
    }
  });

  it('gives ln k a row and the closed-form gradient for zero weights', async () => {
    const problem = {
      ...drawProblem(),
      rowWeights: new Float32Array(rows).fill(1),
      weights: new Float32Array(classes * columns),
      bias: new Float32Array(classes),
    };
    const result = await runGraph(problem);
    expect(result.loss / rows).toBeCloseTo(Math.log(classes), 6);
    // Every class has probability 1/k, so that the gradient is Σ (1/k − y) ⊗ x.
    for (let k = 0; k < classes; k++) {
      const excess = problem.labels.map((label) => 1 / classes - (label === k ? 1 : 0));
      expect(result.biasGradient[k]).toBeCloseTo(
        excess.reduce((sum, value) => sum + value, 0),
        5,
      );
      for (let c = 0; c < columns; c++) {
        const expected = excess.reduce(
          (sum, value, row) => sum + value * problem.features[row * columns + c]!,
          0,
        );
        expect(result.weightsGradient[k * columns + c]).toBeCloseTo(expected, 5);
      }
    }
  });

  it('leaves rows of weight 0 out', async () => {
    const problem = drawProblem();
    const changed = problem.features.slice();
    changed.fill(9, 3 * columns, 4 * columns);
    expect(await runGraph({ ...problem, features: changed })).toEqual(await runGraph(problem));
  });

  it('gives the logits of the rows asked for and of no others', async () => {
    const problem = drawProblem();
    const all = await runGraph(problem, [0n, 1n, 2n, 3n, 4n, 5n, 6n]);
    const some = await runGraph(problem, [2n, 5n]);
    expect(all.logits).toHaveLength(rows * classes);
    expect(some.logits).toEqual([...all.logits.slice(6, 9), ...all.logits.slice(15, 18)]);
  });

  it('stays finite for logits that overflow an exponential', async () => {
    const problem = drawProblem();
    const result = await runGraph({ ...problem, bias: Float32Array.of(500, -500, 0) });
    expect(Number.isFinite(result.loss)).toBe(true);
    expect(result.weightsGradient.every(Number.isFinite)).toBe(true);
  });
});
