import { expect, it } from 'vitest';
import { RegraftError } from '../errors.ts';
import { node } from '../onnx/build.ts';
import { inferShapes } from '../onnx/infer-shapes.ts';
import { draftModel, randomTensor } from '../onnx/testing/draft-model.ts';
import { tapFor } from './tap-for.ts';

const model = draftModel(
  [3, 8, 8],
  [
    node('Conv', ['x', 'w'], ['features/conv1/Conv_output_0']),
    node('Relu', ['features/conv1/Conv_output_0'], ['features/conv1/Relu_output_0']),
    node('Shape', ['features/conv1/Relu_output_0'], ['shape']),
    node('Cast', ['features/conv1/Relu_output_0'], ['whole'], { to: { int: 7 } }),
    node('Mystery', ['whole'], ['unknown']),
  ],
  { w: randomTensor([4, 3, 3, 3]) },
);

it('a tensor that the user names becomes a tap of that name', () => {
  expect(tapFor('features/conv1/Relu_output_0', model, inferShapes(model))).toEqual({
    name: 'features/conv1/Relu_output_0',
    tensor: 'features/conv1/Relu_output_0',
    size: 4,
    axes: [2, 3],
    dims: ['N', 4, 6, 6],
  });
});

it.each([
  [
    'conv1/relu',
    'Expected a tensor of draft for tap but received "conv1/relu".',
    'features/conv1/Relu_output_0, ',
  ],
  [
    'features/conv2/Conv_output_0',
    'received "features/conv2/Conv_output_0"',
    'names: features/conv1/Conv_output_0, ',
  ],
  ['w', 'Expected a tensor of draft for tap but received "w".', 'The nearest names: '],
  ['shape', 'for tap "shape" but found int64 [4] in draft.', 'can be taps: features/conv1/'],
  ['whole', 'for tap "whole" but found int64 [N, 4, 6, 6] in draft.', 'can be taps: features/conv1/'],
  [
    'unknown',
    'for tap "unknown" but found a shape that cannot be told in draft.',
    'can be taps: features/conv1/',
  ],
])('another is refused with the nearest names: %s', (name, message, hint) => {
  const error = refusal(name);
  expect(error.code).toBe('INVALID_OPTION');
  expect(error.message).toContain(message);
  expect(error.hint).toContain(hint);
});

function refusal(name: string): RegraftError {
  try {
    tapFor(name, model, inferShapes(model));
  } catch (error) {
    if (error instanceof RegraftError) return error;
    throw error;
  }
  throw new Error(`${name} was taken`);
}
