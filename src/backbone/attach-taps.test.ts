import { expect, it } from 'vitest';
import { floats, node, uint8s } from '../onnx/build.ts';
import { draftModel, randomTensor } from '../onnx/testing/draft-model.ts';
import { attachTaps } from './attach-taps.ts';
import { expectPooled } from './testing/expect-pooled.ts';

const model = draftModel(
  [3, 4, 5],
  [
    node('Relu', ['x'], ['bottleneck']),
    node('Transpose', ['bottleneck'], ['last'], { perm: { ints: [0, 2, 3, 1] } }),
    node('GlobalAveragePool', ['bottleneck'], ['pool']),
    node('Flatten', ['pool'], ['flat']),
    node('QuantizeLinear', ['bottleneck', 'scale', 'zero'], ['steps']),
    node('QuantizeLinear', ['last', 'scale', 'zero'], ['read']),
    node('DequantizeLinear', ['read', 'scale', 'zero'], ['real']),
    node('Add', ['real', 'unused'], ['end']),
  ],
  { scale: floats([], [0.01]), zero: uint8s([], [3]), unused: randomTensor([3]) },
);

it('each tap is the mean over its axes, whatever the layout, dequantised where it must be', async () => {
  await expectPooled(model, [
    { name: 'first', size: 3, tensor: 'bottleneck', axes: [2, 3] },
    { name: 'channels last', size: 3, tensor: 'last', axes: [1, 2] },
    { name: 'one position', size: 3, tensor: 'pool', axes: [2, 3] },
    { name: 'flattened', size: 3, tensor: 'flat', axes: [] },
    { name: 'quantised', size: 3, tensor: 'steps', axes: [2, 3] },
    { name: 'quantised and read', size: 3, tensor: 'read', axes: [1, 2] },
  ]);
});

it('a tap may be called as a tensor of the network, its own or another', async () => {
  const taps = [
    { name: 'bottleneck', size: 3, tensor: 'flat', axes: [] },
    { name: 'last', size: 3, tensor: 'last', axes: [1, 2] },
  ];
  const tapped = attachTaps(model, taps);
  expect(tapped.graph.nodes.map(({ outputs }) => outputs[0])).toEqual([
    'bottleneck/tensor',
    'last/tensor',
    'pool',
    'flat',
    'bottleneck',
    'last',
  ]);
  expect(new Set(tapped.graph.nodes.map(({ name }) => name)).size).toBe(6);
  const other = draftModel(
    [3, 4, 5],
    [node('Neg', ['x'], ['a']), node('GlobalAveragePool', ['a'], ['p']), node('Flatten', ['p'], ['b'])],
  );
  await expectPooled(
    other,
    [{ name: 'p', size: 3, tensor: 'b', axes: [] }].map((tap) => ({ ...tap, name: 'a2' })),
  );
});

it('what no tap needs is cut off, and a tensor is dequantised once', () => {
  const tapped = attachTaps(model, [
    { name: 'one', size: 3, tensor: 'steps', axes: [2, 3] },
    { name: 'two', size: 12, tensor: 'steps', axes: [3] },
    { name: 'three', size: 3, tensor: 'read', axes: [1, 2] },
  ]);
  expect(
    tapped.graph.nodes.filter(({ op }) => op === 'DequantizeLinear').map(({ outputs }) => outputs[0]),
  ).toEqual(['real', 'steps/dequantised']);
  expect(tapped.graph.initializers.has('unused')).toBe(false);
});

it('a tensor that is not there is an error of the caller', () => {
  expect(() => attachTaps(model, [{ name: 'one', size: 3, tensor: 'nowhere', axes: [] }])).not.toThrow(
    /undefined/,
  );
});
