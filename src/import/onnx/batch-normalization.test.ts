import { expect, it } from 'vitest';
import { floats, int64s, node } from '../../onnx/build.ts';
import type { GraphNode, Model } from '../../onnx/graph.ts';
import {
  expectClose,
  imageModel,
  images,
  importModel,
  int,
  runModel,
  someNumbers,
} from './testing/run-model.ts';

const weights = someNumbers(2 * 27);
const [scale, bias] = [
  [0.5, 3],
  [-1, 2],
] as const;

/** Standardises weights by a BatchNormalization of their own, as networks without batch normalisation do, then convolves by them. */
function standardising(opset: number, normalise: GraphNode): Model {
  const nodes = [
    node('Reshape', ['w', 'rows'], ['r']),
    normalise,
    node('Reshape', ['s', 'kernels'], ['k']),
    node('Conv', ['x', 'k'], ['y']),
  ];
  return imageModel(opset, nodes, {
    ...{ w: floats([2, 3, 3, 3], weights), rows: int64s([1, 2, 27]), kernels: int64s([2, 3, 3, 3]) },
    ...{
      scale: floats([2], scale),
      bias: floats([2], bias),
      zeros: floats([2], [0, 0]),
      ones: floats([2], [1, 1]),
    },
  });
}

const inputs = ['scale', 'bias', 'zeros', 'ones'];

it.each([
  [13, node('BatchNormalization', ['r', ...inputs], ['s', 'm', 'v'], { epsilon: { float: 0.01 } })],
  [
    15,
    node('BatchNormalization', ['r', ...inputs], ['s', '', ''], {
      epsilon: { float: 0.01 },
      training_mode: int(1),
    }),
  ],
])('weights that set %d standardises by their own statistics equal the formula', async (opset, normalise) => {
  const kernels = scale.map((factor, channel) => {
    const own = weights.slice(channel * 27, channel * 27 + 27);
    const mean = own.reduce((sum, value) => sum + value, 0) / 27;
    const variance = own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 27;
    return own.map(
      (value) => ((value - mean) / Math.sqrt(variance + 0.01)) * factor + (bias[channel] ?? NaN),
    );
  });
  const k = floats(
    [2, 3, 3, 3],
    kernels.flatMap((kernel) => [...kernel]),
  );
  const plain = imageModel(17, [node('Conv', ['x', 'k'], ['y'])], { k });
  const found = await runModel(importModel(standardising(opset, normalise)), images());
  expectClose(found, (await runModel(plain, images())).data as Float32Array);
});

it('images that are normalised by their own statistics are refused, as photos would be mixed', () => {
  const normalise = node('BatchNormalization', ['x', ...inputs], ['s'], { training_mode: int(1) });
  expect(() => importModel(standardising(15, normalise))).toThrow('it was exported in training mode');
});
