import { describe, expect, it } from 'vitest';
import type { Tensor } from '../../onnx/graph.ts';
import { openSessions } from '../../runtime/session-pool.ts';
import { importTflite } from './import-tflite.ts';
import {
  buildTflite,
  type NetworkDraft,
  type OperatorDraft,
  type TensorDraft,
} from './testing/build-tflite.ts';

// Operators that converters of today write in other ways; the common ones are checked in test/tflite-networks.test.ts.
const [height, width] = [4, 6];
const pixels: TensorDraft = { name: 'pixels', shape: [1, height, width, 3], type: 0 };
const values = Array.from({ length: height * width * 3 }, (_, index) => Math.sin(index * 1.7) * 3);

describe('an operator of one number', () => {
  it.each([
    ['RELU_0_TO_1', 152, (x: number) => Math.min(1, Math.max(0, x))],
    ['SQUARE', 92, (x: number) => x * x],
    ['ABS', 101, Math.abs],
    ['NEG', 59, (x: number) => -x],
    ['FLOOR', 8, Math.floor],
    ['CEIL', 104, Math.ceil],
    ['CAST', 53, (x: number) => x],
    ['RELU', 19, (x: number) => Math.max(0, x)],
  ])('%s', async (_, code, expected) => {
    const result = await run({ code, inputs: ['pixels'], outputs: ['result'] }, [1, height, width, 3]);
    expectClose(result, values.map(expected));
  });
});

describe('an operator with a constant', () => {
  it('POW', async () => {
    const exponent: TensorDraft = { name: 'exponent', shape: [], type: 0, data: Float32Array.of(2) };
    const operator: OperatorDraft = { code: 78, inputs: ['pixels', 'exponent'], outputs: ['result'] };
    expectClose(
      await run(operator, [1, height, width, 3], [exponent]),
      values.map((x) => x * x),
    );
  });

  it('CONV_2D without a bias, and with as many groups as channels', async () => {
    const filters = constant('filters', [3, 1, 1, 1], Float32Array.of(1, -2, 0.5), 0);
    const operator: OperatorDraft = {
      code: 3,
      inputs: ['pixels', 'filters'],
      outputs: ['result'],
      options: [
        [1, 'int', 1],
        [2, 'int', 1],
      ],
    };
    const expected = values.map((x, index) => x * ([1, -2, 0.5][index % 3] ?? NaN));
    expectClose(await run(operator, [1, height, width, 3], [filters]), expected);
  });
});

describe('an operator of shapes', () => {
  it('SQUEEZE leaves the axes out that it names', async () => {
    const row = { ...pixels, shape: [1, 1, height * width, 3] };
    const operator: OperatorDraft = {
      code: 43,
      inputs: ['pixels'],
      outputs: ['result'],
      options: [[0, 'ints', [1]]],
    };
    const result = await run(operator, [1, height * width, 3], [], row);
    expect(result.dims).toEqual([1, height * width, 3]);
    expectClose(result, values);
  });

  it('EXPAND_DIMS adds an axis', async () => {
    const operator: OperatorDraft = { code: 70, inputs: ['pixels', 'axis'], outputs: ['result'] };
    const axis = constant('axis', [], Int32Array.of(-1));
    const result = await run(operator, [1, height, width, 3, 1], [axis]);
    expect(result.dims).toEqual([1, height, width, 3, 1]);
    expectClose(result, values);
  });

  it('SPLIT_V cuts parts of stated lengths', async () => {
    const operator: OperatorDraft = {
      code: 102,
      inputs: ['pixels', 'sizes', 'axis'],
      outputs: ['first', 'result'],
    };
    const first: TensorDraft = { name: 'first', shape: [1, height, width, 1], type: 0 };
    const extra = [
      first,
      constant('sizes', [2], Int32Array.of(1, -1)),
      constant('axis', [], Int32Array.of(3)),
    ];
    const result = await run(operator, [1, height, width, 2], extra);
    expectClose(
      result,
      values.filter((_, index) => index % 3 > 0),
    );
  });

  it('REDUCE_MIN', async () => {
    const operator: OperatorDraft = { code: 89, inputs: ['pixels', 'axes'], outputs: ['result'] };
    const result = await run(operator, [1, 3], [constant('axes', [2], Int32Array.of(1, -2))]);
    const least = [0, 1, 2].map((channel) => Math.min(...values.filter((_, index) => index % 3 === channel)));
    expectClose(result, least);
  });
});

describe('arithmetic of shapes', () => {
  it('is worked out at import, and the batch stays open', async () => {
    const integers = (name: string, shape: readonly number[]): TensorDraft => ({ name, shape, type: 2 });
    const network: NetworkDraft = {
      tensors: [
        pixels,
        integers('shape', [4]),
        integers('batch', [1]),
        integers('sides', [2]),
        integers('area', []),
        integers('doubled', [1]),
        integers('half', [1]),
        integers('target', [3]),
        constant('from', [1], Int32Array.of(0)),
        constant('one', [1], Int32Array.of(1)),
        constant('indices', [2], Int32Array.of(1, 2)),
        constant('two', [], Int32Array.of(2)),
        constant('height', [], Int32Array.of(height * width)),
        constant('channels', [1], Int32Array.of(3)),
        { name: 'result', shape: [1, 1, 1], type: 0 },
      ],
      operators: [
        { code: 77, inputs: ['pixels'], outputs: ['shape'] },
        { code: 65, inputs: ['shape', 'from', 'one'], outputs: ['batch'] },
        { code: 36, inputs: ['shape', 'indices'], outputs: ['sides'] },
        { code: 81, inputs: ['sides', 'from'], outputs: ['area'] },
        { code: 18, inputs: ['area', 'two'], outputs: ['doubled'] },
        { code: 41, inputs: ['doubled', 'height'], outputs: ['half'] },
        { code: 2, inputs: ['batch', 'half', 'channels'], outputs: ['target'] },
        { code: 22, inputs: ['pixels', 'target'], outputs: ['result'] },
      ],
      inputs: ['pixels'],
      outputs: ['result'],
    };
    const { model } = importTflite(buildTflite(network), 'net');
    expect(model.graph.outputs[0]?.dims).toEqual(['N', height * width, 3]);
    expectClose(await runModel(network), values);
  });

  it.each([
    ['an index outside', 36, ['shape', 'outside'], 'GATHER (tensor sum) in net has the index 7 of 4'],
    [
      'the batch in a sum',
      0,
      ['shape', 'outside'],
      'ADD (tensor sum) in net has computed numbers in tensor shape',
    ],
    [
      'a comparison',
      58,
      ['shape', 'outside'],
      'LESS (tensor sum) in net cannot be imported as it computes integers',
    ],
  ])('is refused for %s', (_, code, inputs, message) => {
    const network: NetworkDraft = {
      tensors: [
        pixels,
        { name: 'shape', shape: [4], type: 2 },
        { name: 'sum', shape: [1], type: 2 },
        constant('outside', [1], Int32Array.of(7)),
      ],
      operators: [
        { code: 77, inputs: ['pixels'], outputs: ['shape'] },
        { code, inputs, outputs: ['sum'] },
      ],
      inputs: ['pixels'],
      outputs: ['sum'],
    };
    expect(() => importTflite(buildTflite(network), 'net')).toThrow(message);
  });
});

describe('names', () => {
  it('that occur twice get a suffix, and empty ones a name: they are remarks in such files', async () => {
    const tensors: TensorDraft[] = [pixels, named('same'), named('same'), named(''), named('same_2')];
    const step = (from: number, to: number): OperatorDraft => ({
      code: 92,
      inputs: [from],
      outputs: [to],
    });
    const network: NetworkDraft = {
      tensors,
      operators: [step(0, 1), step(1, 2), step(2, 3), step(3, 4)],
      inputs: [0],
      outputs: [4],
    };
    const { model } = importTflite(buildTflite(network), 'net');
    expect(model.graph.nodes.map(({ outputs }) => outputs[0])).toEqual([
      'same',
      'same_2',
      'tensor',
      'same_2_2',
    ]);
    expectClose(
      await runModel(network),
      values.map((x) => x ** 16),
    );
  });

  it('of pictures with channels first are kept, and the layout is told', async () => {
    const first: TensorDraft = { name: 'pixels', shape: [1, 3, height, width], type: 0 };
    const last: TensorDraft = { name: 'last', shape: [1, height, width, 3], type: 0 };
    const network: NetworkDraft = {
      tensors: [first, last, constant('order', [4], Int32Array.of(0, 2, 3, 1)), named('result')],
      operators: [
        { code: 39, inputs: ['pixels', 'order'], outputs: ['last'] },
        { code: 92, inputs: ['last'], outputs: ['result'] },
      ],
      inputs: ['pixels'],
      outputs: ['result'],
    };
    const { preprocess, layout } = importTflite(buildTflite(network), 'net');
    expect([preprocess, layout]).toEqual([{ width, height }, 'NCHW']);
    expectClose(
      await runModel(network),
      values.map((x) => x * x),
    );
  });
});

function named(name: string): TensorDraft {
  return { name, shape: [1, height, width, 3], type: 0 };
}

function constant(
  name: string,
  shape: readonly number[],
  data: Int32Array | Float32Array,
  type = 2,
): TensorDraft {
  return { name, shape, type, data };
}

function run(
  operator: OperatorDraft,
  shape: readonly number[],
  extra: readonly TensorDraft[] = [],
  input = pixels,
): Promise<Tensor> {
  const result: TensorDraft = { name: 'result', shape, type: 0 };
  return runModel({
    tensors: [input, ...extra, result],
    operators: [operator],
    inputs: ['pixels'],
    outputs: ['result'],
  });
}

/** The output for the values as a picture, in TensorFlow's order. */
async function runModel(network: NetworkDraft): Promise<Tensor> {
  const { model } = importTflite(buildTflite(network), 'net');
  await using sessions = await openSessions(model, { workers: 1 });
  const [input] = model.graph.inputs;
  const [, , rows = 0, columns = 0] = (input?.dims ?? []).map(Number);
  const planes = [0, 1, 2].flatMap((channel) => values.filter((_, index) => index % 3 === channel));
  const feed: Tensor = { type: 'float32', dims: [1, 3, rows, columns], data: Float32Array.from(planes) };
  const results = await sessions.run({ [input?.name ?? '']: feed });
  const { dims, data, type } = results[model.graph.outputs[0]?.name ?? ''] as Tensor;
  if (dims.length !== 4) return { type, dims, data };
  const [, channels = 0, tall = 0, wide = 0] = dims;
  const last = Float32Array.from({ length: data.length }, (_, index) => {
    return Number(data[(index % channels) * tall * wide + Math.floor(index / channels)]);
  });
  return { type, dims: [1, tall, wide, channels], data: last };
}

function expectClose({ data }: Tensor, expected: readonly number[]): void {
  expect(data).toHaveLength(expected.length);
  for (const [index, value] of expected.entries()) {
    expect(Math.abs(Number(data[index]) - value)).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(value)));
  }
}
