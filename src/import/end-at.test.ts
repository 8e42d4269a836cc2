import { expect, it } from 'vitest';
import { node } from '../onnx/build.ts';
import { endAt } from './end-at.ts';
import type { ImportedNetwork } from './imported-network.ts';

const network: ImportedNetwork = {
  model: {
    opset: 17,
    metadata: {},
    graph: {
      name: 'net',
      nodes: [node('Relu', ['x'], ['inner']), node('Abs', ['inner'], ['a']), node('Neg', ['inner'], ['b'])],
      initializers: new Map(),
      inputs: [{ name: 'x', type: 'float32', dims: ['N', 3, 4, 4] }],
      outputs: ['a', 'b'].map((name) => ({ name, type: 'float32' as const, dims: ['N', 3, 4, 4] })),
    },
  },
  layout: 'NCHW',
  form: 'float32',
  preprocess: {},
  labels: ['one', 'two', 'three'],
};

it('a network ends with any of its outputs, and labels are those of the first', () => {
  const first = endAt(network, 'a', 'net.onnx');
  expect(first.model.graph.outputs.map(({ name }) => name)).toEqual(['a']);
  expect(first.labels).toEqual(network.labels);
  const second = endAt(network, 'b', 'net.onnx');
  expect(second.model.graph.nodes.map(({ op }) => op)).toEqual(['Relu', 'Neg']);
  expect(second.labels).toBeUndefined();
});

it('a tensor inside becomes the end with its shape', () => {
  const { graph } = endAt(network, 'inner', 'net.onnx').model;
  expect(graph.outputs).toEqual([{ name: 'inner', type: 'float32', dims: ['N', 3, 4, 4] }]);
  expect(graph.nodes).toHaveLength(1);
});

it('a tensor that is not there is refused with the outputs that are', () => {
  expect(() => endAt(network, 'c', 'net.onnx')).toThrow(
    expect.objectContaining({
      code: 'INVALID_OPTION',
      message: 'Expected a tensor of net.onnx for the network\'s output but received "c".',
      hint: expect.stringContaining('a, b') as string,
    }),
  );
});
