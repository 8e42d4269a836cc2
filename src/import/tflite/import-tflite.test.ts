import { describe, expect, it } from 'vitest';
import type { Model, Tensor } from '../../onnx/graph.ts';
import { encodeModel } from '../../onnx/write.ts';
import { openSessions } from '../../runtime/session-pool.ts';
import { importTflite } from './import-tflite.ts';
import {
  buildTflite,
  type NetworkDraft,
  type OperatorDraft,
  type TensorDraft,
} from './testing/build-tflite.ts';
import {
  convolve,
  dequantise,
  type Picture,
  pool,
  quantise,
  slideLength,
  type Window,
} from './testing/reference-operators.ts';

// Scales are powers of two: then floating point holds every result exactly, and quantised results must be equal to the last step.
const height = 7;
const width = 10;
const input: TensorDraft = { name: 'input', shape: [1, height, width, 3], scales: [1 / 64], zeroPoint: 128 };
const windows: readonly Window[] = [
  { kernel: [3, 3], strides: [1, 1], dilations: [1, 1], padding: 'SAME' },
  { kernel: [3, 3], strides: [2, 2], dilations: [1, 1], padding: 'SAME' },
  { kernel: [2, 4], strides: [1, 3], dilations: [1, 1], padding: 'SAME' },
  { kernel: [3, 2], strides: [2, 1], dilations: [1, 1], padding: 'VALID' },
  { kernel: [1, 1], strides: [1, 1], dilations: [1, 1], padding: 'VALID' },
  { kernel: [1, 1], strides: [3, 2], dilations: [1, 1], padding: 'SAME' },
];
const dilated: readonly Window[] = [
  { kernel: [3, 3], strides: [1, 1], dilations: [2, 3], padding: 'SAME' },
  { kernel: [2, 3], strides: [1, 1], dilations: [3, 2], padding: 'VALID' },
];
const activations = {
  NONE: [0, -Infinity, Infinity],
  RELU: [1, 0, Infinity],
  RELU_N1_TO_1: [2, -1, 1],
  RELU6: [3, 0, 6],
} as const;

describe('CONV_2D', () => {
  const weights: TensorDraft = { name: 'weights', shape: [5], scales: [1 / 128], zeroPoint: 100 };
  const biasScale = 1 / 64 / 128;

  it.each([...windows, ...dilated])(
    'with $kernel, strides $strides, dilations $dilations, $padding',
    async (window) => {
      const { network, picture } = convolution(window, 'NONE');
      await expectResult(network, picture);
    },
  );

  it.each(['RELU', 'RELU_N1_TO_1', 'RELU6'] as const)('with the fused activation %s', async (activation) => {
    const { network, picture } = convolution(windows[0]!, activation);
    await expectResult(network, picture);
  });

  function convolution(
    window: Window,
    activation: keyof typeof activations,
  ): { network: NetworkDraft; picture: Picture } {
    const [code, low, high] = activations[activation];
    const shape = [5, ...window.kernel, 3];
    const [weightSteps, biasSteps] = [steps(shape, 2), Int32Array.of(-9000, -500, 0, 800, 12000)];
    const output = outputOf(window, 5, 1 / 16, 90);
    const network = networkOf(
      [
        { ...weights, shape, data: weightSteps },
        { name: 'bias', shape: [5], type: 2, scales: [biasScale], data: biasSteps },
        output,
      ],
      {
        code: 3,
        inputs: ['input', 'weights', 'bias'],
        outputs: ['output'],
        options: convolutionOptions(window, code),
      },
    );
    const real = convolve(
      inputPicture(),
      window,
      dequantise(weightSteps, 1 / 128, 100),
      dequantise(biasSteps, biasScale, 0),
    );
    return { network, picture: clamp(real, low, high, output) };
  }
});

describe.each([
  ['MAX_POOL_2D', 17, 'max'],
  ['AVERAGE_POOL_2D', 1, 'average'],
] as const)('%s', (_, code, kind) => {
  it.each(windows)('with $kernel, strides $strides, $padding', async (window) => {
    const output = outputOf(window, 3, 1 / 64, 128);
    const options = poolOptions(window, 0);
    const network = networkOf([output], { code, inputs: ['input'], outputs: ['output'], options });
    await expectResult(network, clamp(pool(inputPicture(), window, kind), -Infinity, Infinity, output));
  });

  it('with a fused activation', async () => {
    const window = windows[3]!;
    const output = outputOf(window, 3, 1 / 64, 128);
    const network = networkOf([output], {
      code,
      inputs: ['input'],
      outputs: ['output'],
      options: poolOptions(window, 1),
    });
    await expectResult(network, clamp(pool(inputPicture(), window, kind), 0, Infinity, output));
  });
});

describe('CONCATENATION', () => {
  it.each([
    { axis: 3, joined: 'channels' },
    { axis: -1, joined: 'channels' },
    { axis: 1, joined: 'rows' },
    { axis: 2, joined: 'columns' },
  ])('along axis $axis joins $joined', async ({ axis }) => {
    const [single] = [windows[4]!];
    const pooled: TensorDraft = { ...outputOf(single, 3, 1 / 64, 128), name: 'pooled' };
    const shape = [1, height, width, 3];
    const side = axis === -1 ? 3 : axis;
    shape[side] = (shape[side] ?? 0) * 2;
    const output: TensorDraft = { name: 'output', shape, scales: [1 / 32], zeroPoint: 120 };
    const network: NetworkDraft = {
      ...networkOf([pooled, output], {
        code: 17,
        inputs: ['input'],
        outputs: ['pooled'],
        options: poolOptions(single, 0),
      }),
    };
    const operators = [
      ...network.operators,
      { code: 2, inputs: ['input', 'pooled'], outputs: ['output'], options: [[0, 'int', axis]] } as const,
    ];
    // A 1×1 pool changes nothing: the input is joined with itself.
    const values = joinTwice(inputPicture(), side);
    await expectResult(
      { ...network, operators },
      { height: shape[1]!, width: shape[2]!, channels: shape[3]!, values },
    );
  });
});

describe('RESHAPE', () => {
  it('keeps the order of values that TensorFlow has: channels last', async () => {
    const output: TensorDraft = {
      name: 'output',
      shape: [1, height * width * 3],
      scales: [1 / 64],
      zeroPoint: 128,
    };
    const { model } = importTflite(
      buildTflite(networkOf([output], { code: 22, inputs: ['input'], outputs: ['output'] })),
      'net',
      'uint8',
    );
    const result = await run(model, steps(input.shape, 1), 1);
    expect(result.dims).toEqual([1, height * width * 3]);
    expect(result.data).toEqual(steps(input.shape, 1));
  });
});

it('an imported graph takes any batch size', async () => {
  const window = windows[1]!;
  const network = networkOf([outputOf(window, 3, 1 / 64, 128)], {
    code: 17,
    inputs: ['input'],
    outputs: ['output'],
    options: poolOptions(window, 0),
  });
  const { model } = importTflite(buildTflite(network), 'net', 'uint8');
  const [one, two] = [steps(input.shape, 1), steps(input.shape, 9)];
  const both = await run(model, Uint8Array.of(...one, ...two), 2);
  const apart = [await run(model, one, 1), await run(model, two, 1)];
  expect([...(both.data as Uint8Array)]).toEqual(apart.flatMap(({ data }) => [...(data as Uint8Array)]));
});

/** Checks that the imported graph gives the picture: quantised to the step with uint8 and int8 weights, and in floating point. */
async function expectResult(network: NetworkDraft, expected: Picture): Promise<void> {
  const bytes = buildTflite(network);
  const { scales: [scale = NaN] = [], zeroPoint = 0 } =
    network.tensors.find(({ name }) => name === 'output') ?? {};
  const wanted = quantise(expected.values, scale, zeroPoint);
  // A check on steps that are all alike could not fail.
  expect(new Set(wanted).size).toBeGreaterThan(8);
  const { model: quantised } = importTflite(bytes, 'net', 'uint8');
  for (const model of [encodeModel(quantised), quantised]) {
    const { dims, data } = await run(model, steps(input.shape, 1), 1);
    expect(dims).toEqual([1, expected.channels, expected.height, expected.width]);
    expect(channelsLast(data as Uint8Array, expected)).toEqual([...wanted]);
  }
  const real = await run(importTflite(bytes, 'net', 'float32').model, steps(input.shape, 1), 1);
  const actual = channelsLast(real.data as Float32Array, expected);
  for (const [index, value] of expected.values.entries()) expect(actual[index]).toBeCloseTo(value, 5);
}

async function run(model: Model | Uint8Array, pixels: Uint8Array, batch: number): Promise<Tensor> {
  await using sessions = await openSessions(model, { workers: 1 });
  const { output } = await sessions.run({
    image: { type: 'uint8', dims: [batch, height, width, 3], data: pixels },
  });
  return output!;
}

function networkOf(tensors: readonly TensorDraft[], operator: OperatorDraft): NetworkDraft {
  return { tensors: [input, ...tensors], operators: [operator], inputs: ['input'], outputs: ['output'] };
}

function outputOf(
  { kernel, strides, dilations, padding }: Window,
  channels: number,
  scale: number,
  zeroPoint: number,
): TensorDraft {
  const rows = slideLength(height, kernel[0], strides[0], dilations[0], padding);
  const columns = slideLength(width, kernel[1], strides[1], dilations[1], padding);
  return { name: 'output', shape: [1, rows, columns, channels], scales: [scale], zeroPoint };
}

type Options = NonNullable<OperatorDraft['options']>;

function convolutionOptions({ strides, dilations, padding }: Window, activation: number): Options {
  return [
    [0, 'byte', padding === 'SAME' ? 0 : 1],
    [1, 'int', strides[1]],
    [2, 'int', strides[0]],
    [3, 'byte', activation],
    [4, 'int', dilations[1]],
    [5, 'int', dilations[0]],
  ];
}

function poolOptions({ kernel, strides, padding }: Window, activation: number): Options {
  return [
    [0, 'byte', padding === 'SAME' ? 0 : 1],
    [1, 'int', strides[1]],
    [2, 'int', strides[0]],
    [3, 'int', kernel[1]],
    [4, 'int', kernel[0]],
    [5, 'byte', activation],
  ];
}

function steps(shape: readonly number[], seed: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}

function inputPicture(): Picture {
  return { height, width, channels: 3, values: dequantise(steps(input.shape, 1), 1 / 64, 128) };
}

/** Clamps to a fused activation and to what the output's steps can hold. */
function clamp(
  picture: Picture,
  low: number,
  high: number,
  { scales: [scale = NaN] = [], zeroPoint = 0 }: TensorDraft,
): Picture {
  const [least, most] = [Math.max(low, -zeroPoint * scale), Math.min(high, (255 - zeroPoint) * scale)];
  return { ...picture, values: picture.values.map((value) => Math.min(most, Math.max(least, value))) };
}

function channelsLast(values: ArrayLike<number>, { height, width, channels }: Picture): number[] {
  const positions = height * width;
  return Array.from(
    { length: values.length },
    (_, index) => values[(index % channels) * positions + Math.floor(index / channels)] ?? NaN,
  );
}

function joinTwice({ values }: Picture, axis: number): Float64Array {
  const sizes = { 1: height * width * 3, 2: width * 3, 3: 3 } as Readonly<Record<number, number>>;
  const size = sizes[axis] ?? 0;
  const pieces: number[] = [];
  for (let start = 0; start < values.length; start += size) {
    const piece = values.slice(start, start + size);
    pieces.push(...piece, ...piece);
  }
  return Float64Array.from(pieces);
}
