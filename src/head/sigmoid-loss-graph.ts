import { int64s, node } from '../onnx/build.ts';
import type { Model } from '../onnx/graph.ts';

/**
 * Builds the graph of binary cross entropy and its gradient, summed over the classes and a block of rows.
 *
 * With the logits `z = x · Wᵀ + b`, the targets `y` and the weight `w` of each row, it computes `loss = Σ w · (ln(1 + e^z) − y z)`, and with
 * `p = 1 / (1 + e^−z)`: `weightsGradient = Σ w · (p − y) ⊗ x` and `biasGradient = Σ w · (p − y)`.
 *
 * Inputs: `features` float32 `[n, columns]`, `labels` uint8 `[n, classes]` (the targets, 0 or 1), `rowWeights` float32 `[n, 1]`, `weights`
 * float32 `[classes, columns]`, `bias` float32 `[classes]`, `wanted` int64 `[m]` (rows whose logits are asked for, possibly none).
 * Outputs: `loss` float64 `[1, 1]`, `weightsGradient` `[classes, columns]`, `biasGradient` `[classes]`, `logits` `[m, classes]`.
 */
export function buildSigmoidLossGraph(classes: number, columns: number): Model {
  return {
    opset: 17,
    metadata: {},
    graph: {
      name: 'binary_cross_entropy',
      initializers: new Map([
        ['one', { type: 'float32', dims: [], data: Float32Array.of(1) }],
        ['firstAxis', int64s([0])],
      ]),
      inputs: [
        { name: 'features', type: 'float32', dims: ['n', columns] },
        { name: 'labels', type: 'uint8', dims: ['n', classes] },
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
        node('Cast', ['labels'], ['targets'], { to: { int: 1 } }),
        // ln(1 + e^z) = max(z, 0) + ln(1 + e^−|z|), whose exponential never overflows.
        node('Relu', ['allLogits'], ['positive']),
        node('Abs', ['allLogits'], ['size']),
        node('Neg', ['size'], ['minusSize']),
        node('Exp', ['minusSize'], ['exponential']),
        node('Add', ['exponential', 'one'], ['onePlus']),
        node('Log', ['onePlus'], ['rest']),
        node('Mul', ['targets', 'allLogits'], ['targetLogits']),
        // First, as it is exactly 0 where a large logit is right.
        node('Sub', ['positive', 'targetLogits'], ['linear']),
        node('Add', ['linear', 'rest'], ['crossEntropy']),
        node('Mul', ['crossEntropy', 'rowWeights'], ['weighted']),
        // Thousands of float32 terms lose the digits that a line search compares.
        node('Cast', ['weighted'], ['precise'], { to: { int: 11 } }),
        node('ReduceSum', ['precise'], ['loss'], { keepdims: { int: 1 } }),
        node('Sigmoid', ['allLogits'], ['probabilities']),
        node('Sub', ['probabilities', 'targets'], ['excess']),
        node('Mul', ['excess', 'rowWeights'], ['logitsGradient']),
        node('Gemm', ['logitsGradient', 'features'], ['weightsGradient'], { transA: { int: 1 } }),
        node('ReduceSum', ['logitsGradient', 'firstAxis'], ['biasGradient'], { keepdims: { int: 0 } }),
      ],
    },
  };
}
