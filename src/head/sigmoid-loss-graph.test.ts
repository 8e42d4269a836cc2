import { describe, expect, it } from 'vitest';
import { floats, uint8s } from '../onnx/build.ts';
import { openSessions } from '../runtime/session-pool.ts';
import { createRandom } from './random.ts';
import { buildSigmoidLossGraph } from './sigmoid-loss-graph.ts';

const [rows, columns, classes] = [7, 5, 3];

interface Problem {
  features: Float32Array;
  targets: number[];
  rowWeights: Float32Array;
  weights: Float32Array;
  bias: Float32Array;
}

function drawProblem(): Problem {
  const random = createRandom('sigmoid loss graph');
  const draw = (length: number): Float32Array =>
    Float32Array.from({ length }, () => random.truncatedNormal());
  return {
    features: draw(rows * columns),
    // Row 1 shows nothing, row 2 everything.
    targets: [1, 0, 0, 0, 0, 0, 1, 1, 1, 0, 1, 0, 1, 0, 1, 0, 0, 1, 1, 1, 0],
    rowWeights: Float32Array.of(1, 0.5, 2, 0, 1, 1, 3),
    weights: draw(classes * columns),
    bias: draw(classes),
  };
}

/** The same loss in float64 and plain loops: minus the logarithm of the probability of each right answer. */
function lossByLoops(
  { features, targets, rowWeights }: Problem,
  weights: Float64Array,
  bias: Float64Array,
): number {
  let loss = 0;
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < classes; k++) {
      let logit = bias[k]!;
      for (let c = 0; c < columns; c++) logit += features[row * columns + c]! * weights[k * columns + c]!;
      const probability = 1 / (1 + Math.exp(-logit));
      loss -= rowWeights[row]! * Math.log(targets[row * classes + k] === 1 ? probability : 1 - probability);
    }
  }
  return loss;
}

async function runGraph(
  problem: Problem,
  wanted: bigint[] = [],
): Promise<{ loss: number; weightsGradient: number[]; biasGradient: number[]; logits: number[] }> {
  await using pool = await openSessions(buildSigmoidLossGraph(classes, columns), { workers: 1 });
  const outputs = await pool.run({
    features: floats([rows, columns], problem.features),
    labels: uint8s([rows, classes], problem.targets),
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

describe('buildSigmoidLossGraph', () => {
  it('gives the loss and the gradient that finite differences in float64 give', async () => {
    const problem = drawProblem();
    const result = await runGraph(problem);
    const weights = Float64Array.from(problem.weights);
    const bias = Float64Array.from(problem.bias);
    expect(result.loss).toBeCloseTo(lossByLoops(problem, weights, bias), 5);

    const step = 1e-5;
    const slope = (values: Float64Array, index: number): number => {
      const value = values[index]!;
      values[index] = value + step;
      const above = lossByLoops(problem, weights, bias);
      values[index] = value - step;
      const below = lossByLoops(problem, weights, bias);
      values[index] = value;
      return (above - below) / (2 * step);
    };
    expect(result.weightsGradient).toHaveLength(classes * columns);
    for (const [index, found] of result.weightsGradient.entries()) {
      expect(found).toBeCloseTo(slope(weights, index), 4);
    }
    expect(result.biasGradient).toHaveLength(classes);
    for (const [index, found] of result.biasGradient.entries()) {
      expect(found).toBeCloseTo(slope(bias, index), 4);
    }
  });

  it('gives the logits of the wanted rows alone, in their order', async () => {
    const problem = drawProblem();
    const { logits } = await runGraph(problem, [4n, 0n]);
    const expected = [4, 0].flatMap((row) =>
      Array.from({ length: classes }, (_, k) => {
        let logit = problem.bias[k]!;
        for (let c = 0; c < columns; c++) {
          logit += problem.features[row * columns + c]! * problem.weights[k * columns + c]!;
        }
        return logit;
      }),
    );
    expect(logits).toHaveLength(expected.length);
    for (const [index, logit] of expected.entries()) expect(logits[index]).toBeCloseTo(logit, 4);
  });

  it('stays finite where the exponential would overflow', async () => {
    const problem = drawProblem();
    problem.weights.fill(0);
    problem.bias.set([300, -300, 0]);
    const { loss, biasGradient } = await runGraph(problem);
    // The weights of the rows that do not show the first class, and of those that show the second: 300 nats each.
    const missing = [0, 1].map((k) =>
      problem.rowWeights.reduce((sum, weight, row) => {
        const shown = problem.targets[row * classes + k] === 1;
        return sum + (shown === (k === 0) ? 0 : weight);
      }, 0),
    );
    expect(loss).toBeCloseTo(300 * (missing[0]! + missing[1]!) + 8.5 * Math.LN2, 2);
    expect(biasGradient[0]).toBeCloseTo(missing[0]!, 5);
    expect(biasGradient[1]).toBeCloseTo(-missing[1]!, 5);
  });
});
