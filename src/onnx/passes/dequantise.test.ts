import { expect, it } from 'vitest';
import { RegraftError } from '../../errors.ts';
import { elementCount, floats, int32s, int64s, int8s, node, uint8s } from '../build.ts';
import type { GraphNode, Model, Tensor } from '../graph.ts';
import { inferShapes } from '../infer-shapes.ts';
import { simplify } from '../simplify.ts';
import { draftModel, randomTensor } from '../testing/draft-model.ts';
import { seededRandom } from '../testing/random.ts';
import { runModel } from '../testing/run-model.ts';
import { dequantise } from './dequantise.ts';

const steps = { scale: floats([], [1 / 32]), zero: uint8s([], [0]), middle: uint8s([], [128]) };

/** Values of an axis of the network in the making are `quantised` and read again under the names `<name>/q` and `<name>/r`. */
function throughLevels(name: string, zero = 'middle'): readonly GraphNode[] {
  return [
    node('QuantizeLinear', [name, 'scale', zero], [`${name}/q`]),
    node('DequantizeLinear', [`${name}/q`, 'scale', zero], [`${name}/r`]),
  ];
}

/** Levels that reach both ends of their type. */
function levels(type: 'uint8' | 'int8', dims: readonly number[], seed: number): Tensor {
  const random = seededRandom(seed);
  const make = (): number => (type === 'uint8' ? random.int(0, 255) : random.int(-128, 127));
  const values = Array.from({ length: elementCount(dims) }, make);
  return type === 'uint8' ? uint8s(dims, values) : int8s(dims, values);
}

function operatorsOf({ graph }: Model): readonly string[] {
  return graph.nodes.map(({ op }) => op);
}

async function largestDifference(model: Model, other: Model, dims: readonly number[]): Promise<number> {
  const x = randomTensor(dims, 5);
  const stretched = floats(
    dims,
    (x.data as Float32Array).map((value) => value * 3),
  );
  const [expected, found] = [
    await runModel(model, { x: stretched }),
    await runModel(other, { x: stretched }),
  ];
  return Math.max(
    ...model.graph.outputs.flatMap(({ name }) => {
      const [wanted, actual] = [expected[name], found[name]];
      expect([actual?.type, actual?.dims]).toEqual([wanted?.type, wanted?.dims]);
      const values = Array.from((wanted?.data ?? []) as ArrayLike<number>);
      return values.map((value, at) => Math.abs(value - Number(actual?.data[at])));
    }),
  );
}

const network = draftModel(
  [3, 6, 6],
  [
    ...throughLevels('x'),
    node('DequantizeLinear', ['w', 'w_scales', 'w_zeros'], ['w/r'], { axis: { int: 0 } }),
    node('DequantizeLinear', ['b', 'b_scales'], ['b/r'], { axis: { int: 0 } }),
    node('Conv', ['x/r', 'w/r', 'b/r'], ['c'], { pads: { ints: [1, 1, 1, 1] } }),
    ...throughLevels('c', 'zero'),
    node('MaxPool', ['c/r'], ['m'], { kernel_shape: { ints: [2, 2] }, strides: { ints: [2, 2] } }),
    ...throughLevels('m', 'zero'),
    node('AveragePool', ['c/r'], ['a'], { kernel_shape: { ints: [2, 2] }, strides: { ints: [2, 2] } }),
    ...throughLevels('a', 'zero'),
    node('Concat', ['m/r', 'a/r'], ['j'], { axis: { int: 1 } }),
    ...throughLevels('j'),
    node('DequantizeLinear', ['v', 'v_scale', 'v_zero'], ['v/r']),
    node('Conv', ['j/r', 'v/r'], ['d']),
    ...throughLevels('d'),
    node('ReduceMean', ['d/r'], ['y'], { axes: { ints: [2, 3] }, keepdims: { int: 0 } }),
  ],
  {
    ...steps,
    w: levels('int8', [4, 3, 3, 3], 1),
    w_scales: floats([4], [0.002, 0.004, 0.001, 0.003]),
    w_zeros: int8s([4], [3, 3, 3, 3]),
    b: int32s([900, -700, 2000, 40]),
    b_scales: floats(
      [4],
      [0.002, 0.004, 0.001, 0.003].map((scale) => scale / 32),
    ),
    v: levels('uint8', [5, 8, 1, 1], 2),
    v_scale: floats([], [0.004]),
    v_zero: uint8s([], [125]),
  },
);

it('a quantised network becomes one of real numbers that differs by the rounding of levels only', async () => {
  const real = dequantise(network);
  expect(operatorsOf(real)).toEqual([
    'Clip',
    'Conv',
    'Clip',
    'MaxPool',
    'Clip',
    'AveragePool',
    'Clip',
    'Concat',
    'Clip',
    'Conv',
    'Clip',
    'ReduceMean',
  ]);
  // Half a level at the input, through nine weights each, and one at every tensor behind it; far less than the range of 8.
  expect(await largestDifference(network, real, [2, 3, 6, 6])).toBeLessThan(2 / 32);
  // The test can fail: without the range of the first convolution, where its ReLU lies, results are others.
  const unclamped: Model = {
    ...real,
    graph: {
      ...real.graph,
      initializers: new Map(real.graph.initializers).set('c/q/low', floats([], [-100])),
    },
  };
  expect(await largestDifference(network, unclamped, [2, 3, 6, 6])).toBeGreaterThan(3 / 32);
});

it('each activation keeps to the range of its levels, whatever their type', async () => {
  for (const [zero, low, high] of [
    [uint8s([], [128]), -4, 127 / 32],
    [uint8s([], [0]), 0, 255 / 32],
    [int8s([], [-128]), 0, 255 / 32],
    [int8s([], [0]), -4, 127 / 32],
    [undefined, 0, 255 / 32],
  ] as const) {
    const inputs = ['scale', ...(zero === undefined ? [] : ['own'])];
    const model = draftModel(
      [1],
      [
        node('QuantizeLinear', ['x', ...inputs], ['q']),
        node('DequantizeLinear', ['q', ...inputs], ['r']),
        node('Neg', ['r'], ['y']),
      ],
      { ...steps, ...(zero === undefined ? {} : { own: zero }) },
    );
    const x = floats([4, 1], [-100, 100, 0.33, 1.01]);
    const { y } = await runModel(dequantise(model), { x });
    const inside = [0.33, 1.01].map((value) => -Math.fround(value));
    expect([...(y?.data ?? [])].map((value) => Number(value) + 0)).toEqual([-low + 0, -high, ...inside]);
    const { y: quantised } = await runModel(model, { x });
    expect([...(quantised?.data ?? [])].slice(0, 2).map((value) => Number(value) + 0)).toEqual([
      -low + 0,
      -high,
    ]);
  }
});

it('constants are, bit for bit, the numbers that onnxruntime makes of their levels', async () => {
  const constants = {
    w: levels('int8', [4, 3, 2], 3),
    per_axis: floats([3], [0.1, 0.3, 0.7]),
    zeros: int8s([3], [1, -2, 90]),
    tensor: levels('uint8', [5], 4),
    one: floats([1], [0.013]),
    b: int32s([7, -12345678, 300]),
  };
  const nodes = [
    node('DequantizeLinear', ['w', 'per_axis', 'zeros'], ['w/r'], { axis: { int: -2 } }),
    node('DequantizeLinear', ['tensor', 'one'], ['tensor/r']),
    node('DequantizeLinear', ['b', 'per_axis'], ['b/r'], { axis: { int: 0 } }),
    // Those of a network that was trained with quantisation travel as real numbers.
    node('QuantizeLinear', ['f', 'per_axis', 'zeros'], ['f/q'], { axis: { int: 0 } }),
    node('DequantizeLinear', ['f/q', 'per_axis', 'zeros'], ['f/r'], { axis: { int: 0 } }),
  ];
  const names = ['w', 'tensor', 'b', 'f'];
  const sums = names.map((name) => node('Add', [`${name}/r`, 'x'], [`${name}/sum`]));
  const model = draftModel(
    [],
    [...nodes, ...sums],
    { ...constants, f: floats([3, 4], [0.05, -0.15, 0.25, -100, 0.45, 0.15, 4, 99, 0.35, -0.35, 1.05, 0]) },
    names.map((name) => `${name}/sum`),
  );
  const real = dequantise(model);
  expect(operatorsOf(real)).toEqual(['Add', 'Add', 'Add', 'Add']);
  const x = floats([1], [0]);
  const [expected, found] = [await runModel(model, { x }), await runModel(real, { x })];
  for (const { name } of model.graph.outputs) expect(found[name]).toEqual(expected[name]);
});

it('weights that two layers share stay shared', () => {
  const read = (name: string): GraphNode => node('DequantizeLinear', ['w', 'scale', 'middle'], [name]);
  const model = draftModel(
    [2, 3, 3],
    [read('w1'), node('Conv', ['x', 'w1'], ['a']), read('w2'), node('Conv', ['a', 'w2'], ['y'])],
    { ...steps, w: levels('uint8', [2, 2, 1, 1], 5) },
  );
  const { nodes } = dequantise(model).graph;
  expect(nodes.map(({ inputs }) => inputs[1])).toEqual(['w1', 'w1']);
});

it('levels that are moved or chosen from are real numbers too, and those of an input stay levels until they are read', async () => {
  const model: Model = draftModel(
    [2, 4, 4],
    [
      ...throughLevels('x'),
      node('Transpose', ['x/q'], ['t'], { perm: { ints: [0, 2, 3, 1] } }),
      node('Transpose', ['t'], ['back'], { perm: { ints: [0, 3, 1, 2] } }),
      node('MaxPool', ['back'], ['pool'], { kernel_shape: { ints: [2, 2] } }),
      node('Reshape', ['pool', 'flat'], ['rows']),
      node('Concat', ['rows', 'rows'], ['twice'], { axis: { int: 1 } }),
      node('DequantizeLinear', ['twice', 'scale', 'middle'], ['real']),
      node('Neg', ['real'], ['y']),
    ],
    { ...steps, flat: int64s([0, -1]) },
  );
  const real = dequantise(model);
  expect(operatorsOf(real)).not.toContain('DequantizeLinear');
  expect(inferShapes(real).get('twice')?.type).toBe('float32');
  expect(await largestDifference(model, real, [2, 2, 4, 4])).toBeLessThan(0.51 / 32);

  const own: Model = {
    ...model,
    graph: {
      ...model.graph,
      inputs: [{ name: 'x/q', type: 'uint8', dims: ['N', 2, 4, 4] }],
      nodes: model.graph.nodes.slice(2),
    },
  };
  expect(dequantise(own)).toBe(own);
});

it('a network of real numbers is left as it is', () => {
  const model = draftModel([2], [node('Neg', ['x'], ['y'])]);
  expect(dequantise(model)).toBe(model);
  const again = dequantise(network);
  expect(dequantise(again)).toBe(again);
  expect(operatorsOf(simplify(again))).toEqual(operatorsOf(again));
});

it.each([
  [
    'QLinearConv (tensor y) with levels inside',
    [node('QLinearConv', ['x/q', 'scale', 'middle', 'w', 'scale', 'middle', 'scale', 'middle'], ['y'])],
  ],
  ['Add (tensor y) with levels', [node('Add', ['x/q', 'x/q'], ['y'])]],
  [
    'DequantizeLinear (tensor y) with another scale',
    [node('DequantizeLinear', ['x/q', 'scale', 'zero'], ['y'])],
  ],
  ['Neg (tensor y) with levels', [{ ...node('Neg', ['x/q'], ['y']), domain: 'com.example' }]],
])('what has no like among real numbers is refused: %s', (found, nodes) => {
  const model = draftModel([2, 4, 4], [...throughLevels('x'), ...nodes], {
    ...steps,
    w: levels('uint8', [2, 2, 1, 1], 6),
  });
  let error: unknown;
  try {
    dequantise(model);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(RegraftError);
  expect(error).toMatchObject({ code: 'OPERATOR_UNSUPPORTED' });
  expect((error as RegraftError).message).toContain(found);
});
