import { node } from '../onnx/build.ts';
import type { Graph, Model, ValueInfo } from '../onnx/graph.ts';

/**
 * Builds the graph of several steps of stochastic gradient descent on softmax cross entropy, and of the logits afterwards.
 *
 * Each step takes the mean gradient over its batch: `W −= rate / batch · Σ (p − y) ⊗ x`, `b −= rate / batch · Σ (p − y)`.
 *
 * Inputs: `features` float32 `[n, columns]`, `labels` int64 `[n, 1]`, `batches` int64 `[steps, batch]` (rows of each step),
 * `scaledRate` float32 `[]` (rate / batch), `weights` `[classes, columns]`, `bias` `[classes]`, `evaluated` float32
 * `[m, columns]`, `chosen` int64 `[c]` (rows of `evaluated`).
 * Outputs: `newWeights`, `newBias`, and with those `batchLogits` `[batch, classes]` of the last step's batch and
 * `chosenLogits` `[c, classes]`.
 */
export function buildDescentGraph(classes: number, columns: number): Model {
  const weights = { type: 'float32', dims: [classes, columns] } as const;
  const bias = { type: 'float32', dims: [classes] } as const;
  return {
    opset: 17,
    metadata: {},
    graph: {
      name: 'gradient_descent',
      initializers: new Map([
        ['minusOne', { type: 'float32', dims: [1], data: Float32Array.of(-1) }],
        ['zero', { type: 'int64', dims: [1], data: BigInt64Array.of(0n) }],
        ['lastIndex', { type: 'int64', dims: [], data: BigInt64Array.of(-1n) }],
        ['true', { type: 'bool', dims: [], data: Uint8Array.of(1) }],
      ]),
      inputs: [
        { name: 'features', type: 'float32', dims: ['n', columns] },
        { name: 'labels', type: 'int64', dims: ['n', 1] },
        { name: 'batches', type: 'int64', dims: ['steps', 'batch'] },
        { name: 'scaledRate', type: 'float32', dims: [] },
        { name: 'weights', ...weights },
        { name: 'bias', ...bias },
        { name: 'evaluated', type: 'float32', dims: ['m', columns] },
        { name: 'chosen', type: 'int64', dims: ['c'] },
      ],
      outputs: [
        { name: 'newWeights', ...weights },
        { name: 'newBias', ...bias },
        { name: 'batchLogits', type: 'float32', dims: ['batch', classes] },
        { name: 'chosenLogits', type: 'float32', dims: ['c', classes] },
      ],
      nodes: [
        node('Shape', ['batches'], ['stepCount1'], { start: { int: 0 }, end: { int: 1 } }),
        node('Squeeze', ['stepCount1'], ['stepCount']),
        node('Loop', ['stepCount', 'true', 'weights', 'bias'], ['newWeights', 'newBias'], {
          body: { graph: stepGraph({ name: 'oldWeights', ...weights }, { name: 'oldBias', ...bias }) },
        }),
        node('Gather', ['batches', 'lastIndex'], ['lastBatch'], { axis: { int: 0 } }),
        node('Gather', ['features', 'lastBatch'], ['lastFeatures'], { axis: { int: 0 } }),
        node('Gemm', ['lastFeatures', 'newWeights', 'newBias'], ['batchLogits'], { transB: { int: 1 } }),
        node('Gather', ['evaluated', 'chosen'], ['chosenFeatures'], { axis: { int: 0 } }),
        node('Gemm', ['chosenFeatures', 'newWeights', 'newBias'], ['chosenLogits'], { transB: { int: 1 } }),
      ],
    },
  };
}

/** One step; it reads the features, labels and batches of the graph around it. */
function stepGraph(weights: ValueInfo, bias: ValueInfo): Graph {
  return {
    name: 'step',
    initializers: new Map(),
    inputs: [
      { name: 'step', type: 'int64', dims: [] },
      { name: 'goOn', type: 'bool', dims: [] },
      weights,
      bias,
    ],
    outputs: [
      { name: 'goOnStill', type: 'bool', dims: [] },
      { ...weights, name: 'nextWeights' },
      { ...bias, name: 'nextBias' },
    ],
    nodes: [
      node('Identity', ['goOn'], ['goOnStill']),
      node('Gather', ['batches', 'step'], ['rows'], { axis: { int: 0 } }),
      node('Gather', ['features', 'rows'], ['x'], { axis: { int: 0 } }),
      node('Gather', ['labels', 'rows'], ['y'], { axis: { int: 0 } }),
      node('Gemm', ['x', weights.name, bias.name], ['logits'], { transB: { int: 1 } }),
      node('Softmax', ['logits'], ['probabilities'], { axis: { int: 1 } }),
      node('Shape', ['y'], ['labelsShape']),
      node('Expand', ['minusOne', 'labelsShape'], ['minusOnes']),
      node('ScatterElements', ['probabilities', 'y', 'minusOnes'], ['excess'], {
        axis: { int: 1 },
        reduction: { string: 'add' },
      }),
      node('Mul', ['excess', 'scaledRate'], ['logitsStep']),
      node('Gemm', ['logitsStep', 'x', weights.name], ['nextWeights'], {
        transA: { int: 1 },
        alpha: { float: -1 },
      }),
      node('ReduceSum', ['logitsStep', 'zero'], ['biasStep'], { keepdims: { int: 0 } }),
      node('Sub', [bias.name, 'biasStep'], ['nextBias']),
    ],
  };
}
