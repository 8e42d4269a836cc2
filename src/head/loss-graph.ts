import { int64s, node } from '../onnx/build.ts';
import type { Model } from '../onnx/graph.ts';

/**
 * Builds the graph of softmax cross entropy and its gradient, summed over a block of rows.
 *
 * With the logits `z = x · Wᵀ + b`, the probabilities `p = softmax(z)`, the right class's one-hot `y` and the weight `w` of
 * each row, it computes `loss = Σ w · −ln p[label]`, `weightsGradient = Σ w · (p − y) ⊗ x` and `biasGradient = Σ w · (p − y)`.
 *
 * Inputs: `features` float32 `[n, columns]`, `labels` int64 `[n, 1]`, `rowWeights` float32 `[n, 1]`, `weights` float32
 * `[classes, columns]`, `bias` float32 `[classes]`, `wanted` int64 `[m]` (rows whose logits are asked for, possibly none).
 * Outputs: `loss` float64 `[1, 1]`, `weightsGradient` `[classes, columns]`, `biasGradient` `[classes]`, `logits` `[m, classes]`.
 */
export function buildLossGraph(classes: number, columns: number): Model {
  return {
    opset: 17,
    metadata: {},
    graph: {
      name: 'softmax_cross_entropy',
      initializers: new Map([
        ['minusOne', { type: 'float32', dims: [1], data: Float32Array.of(-1) }],
        ['firstAxis', int64s([0])],
      ]),
      inputs: [
        { name: 'features', type: 'float32', dims: ['n', columns] },
        { name: 'labels', type: 'int64', dims: ['n', 1] },
        { name: 'rowWeights', type: 'float32', dims: ['n', 1] },
        { name: 'weights', type: 'float32', dims: [classes, columns] },
        { name: 'bias', type: 'float32', dims: [classes] },
        { name: 'wanted', type: 'int64', dims: ['m'] },
      ],
      outputs: [
        { name: 'loss', type: 'float64', dims: [1, 1] },
        { name: 'weightsGradient', type: 'float32', dims: [classes, columns] },
        { name: 'biasGradient', type: 'float32', dims: [classes] },
        { name: 'logits', type: 'float32', dims: ['m', classes] },
      ],
      nodes: [
        node('Gemm', ['features', 'weights', 'bias'], ['allLogits'], { transB: { int: 1 } }),
        node('Gather', ['allLogits', 'wanted'], ['logits'], { axis: { int: 0 } }),
        node('LogSoftmax', ['allLogits'], ['logProbabilities'], { axis: { int: 1 } }),
        node('GatherElements', ['logProbabilities', 'labels'], ['labelLogProbability'], { axis: { int: 1 } }),
        node('Mul', ['labelLogProbability', 'rowWeights'], ['weightedLogProbability']),
        // Thousands of float32 terms lose the digits that a line search compares.
        node('Cast', ['weightedLogProbability'], ['preciseLogProbability'], { to: { int: 11 } }),
        node('ReduceSum', ['preciseLogProbability'], ['logLikelihood'], { keepdims: { int: 1 } }),
        node('Neg', ['logLikelihood'], ['loss']),
        node('Exp', ['logProbabilities'], ['probabilities']),
        node('Shape', ['labels'], ['labelsShape']),
        node('Expand', ['minusOne', 'labelsShape'], ['minusOnes']),
        node('ScatterElements', ['probabilities', 'labels', 'minusOnes'], ['excess'], {
          axis: { int: 1 },
          reduction: { string: 'add' },
        }),
        node('Mul', ['excess', 'rowWeights'], ['logitsGradient']),
        node('Gemm', ['logitsGradient', 'features'], ['weightsGradient'], { transA: { int: 1 } }),
        node('ReduceSum', ['logitsGradient', 'firstAxis'], ['biasGradient'], { keepdims: { int: 0 } }),
      ],
    },
  };
}
