import { expect, it } from 'vitest';
import { floats, int64s, node } from '../../onnx/build.ts';
import type { GraphNode, Tensor } from '../../onnx/graph.ts';
import { expectClose, imageModel, images, importModel, int, ints, runModel } from './testing/run-model.ts';

type Case = readonly [string, number, readonly GraphNode[], Readonly<Record<string, Tensor>>?];

const channels = {
  scale: floats([3], [0.5, 2, 1]),
  bias: floats([3], [1, 0, -1]),
  mean: floats([3], [0.1, 0.2, 0.3]),
  variance: floats([3], [1, 0.5, 2]),
};

const cases: readonly Case[] = [
  [
    'BatchNormalization of set 7',
    7,
    [node('BatchNormalization', ['x', 'scale', 'bias', 'mean', 'variance'], ['y'], { spatial: int(1) })],
    channels,
  ],
  [
    'BatchNormalization of set 9',
    9,
    [node('BatchNormalization', ['x', 'scale', 'bias', 'mean', 'variance'], ['y'])],
    channels,
  ],
  ['Clip with both bounds', 7, [node('Clip', ['x'], ['y'], { min: { float: -0.5 }, max: { float: 1 } })]],
  ['Clip with an upper bound', 10, [node('Clip', ['x'], ['y'], { max: { float: 1 } })]],
  ['Softmax over the last three dimensions', 9, [node('Softmax', ['x'], ['y'])]],
  ['Softmax over the last two', 11, [node('Softmax', ['x'], ['y'], { axis: int(2) })]],
  ['Softmax over the last', 11, [node('Softmax', ['x'], ['y'], { axis: int(3) })]],
  ['LogSoftmax over the last three dimensions', 12, [node('LogSoftmax', ['x'], ['y'], { axis: int(1) })]],
  ['Hardmax over the last three dimensions', 12, [node('Hardmax', ['x'], ['y'], { axis: int(1) })]],
  [
    'Pad with a value',
    7,
    [node('Pad', ['x'], ['y'], { pads: ints(0, 0, 1, 2, 0, 0, 3, 0), value: { float: 7 } })],
  ],
  [
    'Pad that reflects',
    9,
    [node('Pad', ['x'], ['y'], { pads: ints(0, 0, 1, 2, 0, 0, 3, 0), mode: { string: 'reflect' } })],
  ],
  ['ReduceSum', 11, [node('ReduceSum', ['x'], ['y'], { axes: ints(2, 3), keepdims: int(0) })]],
  ['ReduceSum over everything', 11, [node('ReduceSum', ['x'], ['y'])]],
  [
    'Resize of set 10',
    10,
    [node('Resize', ['x', 'scales'], ['y'], { mode: { string: 'linear' } })],
    { scales: floats([4], [1, 1, 2, 1.5]) },
  ],
  [
    'Resize of set 10 to the nearest',
    10,
    [node('Resize', ['x', 'scales'], ['y'])],
    { scales: floats([4], [1, 1, 2, 1.5]) },
  ],
  [
    'Resize of set 11 with empty inputs',
    11,
    [node('Resize', ['x', 'roi', 'scales'], ['y'], { mode: { string: 'linear' } })],
    { roi: floats([0], []), scales: floats([4], [1, 1, 2, 0.5]) },
  ],
  [
    'Resize of set 11 with sizes',
    11,
    [node('Resize', ['x', 'none', 'none', 'sizes'], ['y'])],
    { none: floats([0], []), sizes: int64s([2, 3, 9, 4]) },
  ],
  [
    'Upsample of set 7',
    7,
    [node('Upsample', ['x'], ['y'], { scales: { floats: [1, 1, 2, 3] }, mode: { string: 'nearest' } })],
  ],
  [
    'Upsample of set 9',
    9,
    [node('Upsample', ['x', 'scales'], ['y'], { mode: { string: 'linear' } })],
    { scales: floats([4], [1, 1, 2, 3]) },
  ],
  [
    'Slice',
    9,
    [node('Slice', ['x'], ['y'], { starts: ints(1, -4), ends: ints(3, 2 ** 62), axes: ints(1, 3) })],
  ],
  ['Slice without axes', 7, [node('Slice', ['x'], ['y'], { starts: ints(0, 1), ends: ints(1, -1) })]],
  ['Split into unequal parts', 11, [node('Split', ['x'], ['a', 'y'], { axis: int(1), split: ints(1, 2) })]],
  ['Split into equal parts', 9, [node('Split', ['x'], ['a', 'b', 'y'], { axis: int(1) })]],
  [
    'Squeeze and Unsqueeze',
    9,
    [node('Unsqueeze', ['x'], ['a'], { axes: ints(0, 3) }), node('Squeeze', ['a'], ['y'], { axes: ints(3) })],
  ],
  ['TopK', 9, [node('TopK', ['x'], ['y', 'indices'], { axis: int(3), k: int(2) })]],
  [
    'Scatter',
    10,
    [node('Scatter', ['x', 'places', 'values'], ['y'], { axis: int(3) })],
    { places: int64s([0, 2], [1, 1, 1, 2]), values: floats([1, 1, 1, 2], [5, 6]) },
  ],
  [
    'RoiAlign',
    10,
    [node('RoiAlign', ['x', 'rois', 'of'], ['y'], { output_height: int(2), output_width: int(2) })],
    { rois: floats([1, 4], [0, 0, 4, 4]), of: int64s([1]) },
  ],
  [
    'Dropout',
    7,
    [node('Relu', ['x'], ['a']), node('Dropout', ['a'], ['y', 'mask'], { ratio: { float: 0.5 } })],
  ],
];
// Nodes of an operator set that onnxruntime computes itself, which is the oracle.
it.each(
  cases.map(([title, opset, nodes, initializers]) => ({
    title,
    opset,
    model: imageModel(opset, nodes, initializers),
  })),
)('$title of operator set $opset computes in set 17 what it did', async ({ model }) => {
  const imported = importModel(model);
  expect(imported.opset).toBe(17);
  const [expected, found] = [await runModel(model, images()), await runModel(imported, images())];
  expect(found.dims).toEqual(expected.dims);
  expectClose(found, expected.data as Float32Array);
});
