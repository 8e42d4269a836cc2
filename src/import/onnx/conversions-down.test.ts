import { expect, it } from 'vitest';
import { floats, int64s, node } from '../../onnx/build.ts';
import type { GraphNode, Tensor } from '../../onnx/graph.ts';
import { expectClose, imageModel, images, importModel, int, ints, runModel } from './testing/run-model.ts';

type Case = readonly [string, number, readonly GraphNode[], Readonly<Record<string, Tensor>>?];

const cases: readonly Case[] = [
  ...[
    'ReduceL1',
    'ReduceL2',
    'ReduceLogSumExp',
    'ReduceMax',
    'ReduceMean',
    'ReduceMin',
    'ReduceProd',
    'ReduceSumSquare',
  ].map((op): Case => [
    op,
    18,
    [node(op, ['x', 'axes'], ['y'], { keepdims: int(0) })],
    { axes: int64s([2, -1]) },
  ]),
  ['ReduceMax over everything', 18, [node('ReduceMax', ['x'], ['y'])]],
  [
    'Split with a number of outputs',
    18,
    [node('Split', ['x'], ['a', 'b', 'y'], { axis: int(1), num_outputs: int(3) })],
  ],
  [
    'Pad with axes',
    18,
    [node('Pad', ['x', 'pads', '', 'axes'], ['y'])],
    { pads: int64s([1, 2, 0, 3]), axes: int64s([-1, 2]) },
  ],
  [
    'Pad without axes',
    19,
    [node('Pad', ['x', 'pads', 'value'], ['y'])],
    { pads: int64s([0, 0, 1, 2, 0, 0, 0, 3]), value: floats([], [3]) },
  ],
  [
    'Resize with scales of some axes',
    18,
    [node('Resize', ['x', '', 'scales'], ['y'], { axes: ints(2, 3), mode: { string: 'linear' } })],
    { scales: floats([2], [2, 1.5]) },
  ],
  [
    'Resize with sizes of some axes',
    18,
    [node('Resize', ['x', '', '', 'sizes'], ['y'], { axes: ints(2, 3), mode: { string: 'linear' } })],
    { sizes: int64s([9, 4]) },
  ],
  [
    'Cast of set 19',
    19,
    [
      node('Cast', ['x'], ['a'], { to: int(6), saturate: int(1) }),
      node('Cast', ['a'], ['y'], { to: int(1) }),
    ],
  ],
  [
    'QuantizeLinear of set 19',
    19,
    [
      node('QuantizeLinear', ['x', 'step', 'zero'], ['a'], { saturate: int(1) }),
      node('DequantizeLinear', ['a', 'step', 'zero'], ['y']),
    ],
    { step: floats([], [0.25]), zero: { type: 'uint8', dims: [], data: Uint8Array.of(100) } },
  ],
  [
    'AveragePool of set 19',
    19,
    [
      node('AveragePool', ['x'], ['y'], {
        kernel_shape: ints(3, 3),
        dilations: ints(1, 1),
        pads: ints(1, 1, 1, 1),
      }),
    ],
  ],
  [
    'ScatterND of set 18',
    18,
    [node('ScatterND', ['x', 'places', 'values'], ['y'], { reduction: { string: 'add' } })],
    { places: int64s([0, 1, 2, 3], [1, 4]), values: floats([1], [5]) },
  ],
  ['Mish', 18, [node('Mish', ['x'], ['y'])]],
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

it('ReduceMean over no axes that is told so leaves its input as it is', async () => {
  // onnxruntime 1.16 itself takes the mean of everything, against the definition of ONNX.
  const model = imageModel(18, [node('ReduceMean', ['x', 'axes'], ['y'], { noop_with_empty_axes: int(1) })], {
    axes: int64s([]),
  });
  expect(await runModel(importModel(model), images())).toEqual(images());
});

it('ReduceMax of truths is that of numbers', async () => {
  const nodes = [
    node('Greater', ['x', 'limit'], ['a']),
    node('ReduceMax', ['a', 'axes'], ['b'], { keepdims: int(0) }),
    node('Cast', ['b'], ['y'], { to: int(1) }),
  ];
  const model = imageModel(20, nodes, { limit: floats([], [1.8]), axes: int64s([3]) });
  const values = images().data as Float32Array;
  const { data } = await runModel(importModel(model), images());
  const rows = Array.from({ length: 36 }, (_, row) =>
    values.slice(row * 6, row * 6 + 6).some((value) => value > 1.8),
  );
  expect([...data]).toEqual(rows.map(Number));
  expect(rows).toContain(true);
  expect(rows).toContain(false);
});

it('QuantizeLinear of set 21 takes its type from the attribute', async () => {
  const nodes = [
    node('QuantizeLinear', ['x', 'step'], ['a'], { output_dtype: int(3) }),
    node('DequantizeLinear', ['a', 'step'], ['y'], { block_size: int(0) }),
  ];
  const values = images().data as Float32Array;
  const { data } = await runModel(importModel(imageModel(21, nodes, { step: floats([], [0.25]) })), images());
  // int8 holds negative steps, uint8, which was the default, does not.
  expect(data[0]).toBe(-2);
  expect(
    Math.max(...Array.from(data as Float32Array, (value, index) => Math.abs(value - (values[index] ?? 0)))),
  ).toBeLessThanOrEqual(0.125);
});
