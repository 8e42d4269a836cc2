import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { importTflite } from '../src/import/tflite/import-tflite.ts';
import type { ImportedNetwork } from '../src/import/imported-network.ts';
import type { Model, Tensor } from '../src/onnx/graph.ts';
import { encodeModel } from '../src/onnx/write.ts';
import { withInt8Weights } from '../src/runtime/adapt-to-machine.ts';
import { openSessions } from '../src/runtime/session-pool.ts';

interface GoldenOutput {
  readonly name: string;
  /** Without the batch. */
  readonly shape: readonly number[];
  readonly type: 'float32' | 'int8' | 'uint8';
  /** Of its levels; of real numbers that were dequantised, of the levels before. 0 for any others. */
  readonly scale: number;
  readonly zeroPoint: number;
  /** Packed `[pictures, ...shape]`. */
  readonly values: string;
}

interface GoldenNetwork {
  readonly name: string;
  readonly form: 'float32' | 'float16' | 'dynamic' | 'int8';
  readonly size: number;
  readonly pictures: number;
  /** The share of values on which the interpreter's own sets of kernels (optimised, reference, XNNPACK) agree up to a step. */
  readonly kernelAgreement?: number;
  readonly operators: Readonly<Record<string, number>>;
  /** Packed TensorFlow Lite file. */
  readonly file: string;
  readonly outputs: readonly GoldenOutput[];
}

const golden = JSON.parse(
  await readFile(fileURLToPath(new URL('goldens/tflite-operators.json', import.meta.url)), 'utf8'),
) as { readonly networks: readonly GoldenNetwork[] };

const floating = golden.networks.filter(({ form }) => form !== 'int8');
const quantised = golden.networks.filter(({ form }) => form === 'int8');

describe('networks in floating point, against the TensorFlow Lite interpreter', () => {
  it.each(floating)('$name as $form gives its values', async (network) => {
    const imported = importTflite(unpack(network.file), network.name);
    expect(imported.form).toBe('float32');
    expect(imported.layout).toBe('NCHW');
    const actual = await runPictures(imported, network);
    for (const output of network.outputs) {
      expect(largestError(actual[output.name], output), output.name).toBeLessThanOrEqual(1e-4);
    }
  });
});

describe('networks in full int8, against the TensorFlow Lite interpreter', () => {
  it.each(quantised)('$name gives its levels', async (network) => {
    const imported = importTflite(unpack(network.file), network.name);
    expect(imported.form).toBe('uint8');
    const distances = levelDistances(await runPictures(imported, network), network);
    const share = distances.filter((distance) => distance <= 1.001).length / distances.length;
    // Where the interpreter's own kernels differ by more (its int8 HARD_SWISH rounds several times), so may this.
    expect(share).toBeGreaterThanOrEqual(Math.min(0.99, (network.kernelAgreement ?? 1) - 0.02));
    expect(Math.max(...distances)).toBeLessThanOrEqual(4.001);
  });

  it.each(quantised)('$name gives the same levels with int8 weights', async (network) => {
    const { model, ...rest } = importTflite(unpack(network.file), network.name);
    const shifted = withInt8Weights(model);
    const stored = [...model.graph.initializers].filter(([, { type, dims }]) => {
      return type === 'uint8' && dims.length === 4;
    });
    expect(stored.length).toBeGreaterThan(0);
    for (const [name] of stored) expect(shifted.graph.initializers.get(name)?.type).toBe('int8');
    const [before, after] = [
      await runPictures({ model, ...rest }, network),
      await runPictures({ model: shifted, ...rest }, network, encodeModel(shifted)),
    ];
    expect(after).toEqual(before);
  });

  it.each(quantised)('$name can be had in floating point and stays near', async (network) => {
    const imported = importTflite(unpack(network.file), network.name, 'float32');
    expect(imported.form).toBe('float32');
    const actual = await runPictures(imported, network);
    for (const output of network.outputs) {
      const expected = realValues(output);
      expect(cosine(actual[output.name] ?? [], expected), output.name).toBeGreaterThan(0.99);
    }
  });
});

it('the networks hold every operator of the families', () => {
  const held = new Set(golden.networks.flatMap(({ operators }) => Object.keys(operators)));
  for (const operator of familyOperators) expect(held).toContain(operator);
});

const familyOperators = [
  'CONV_2D',
  'DEPTHWISE_CONV_2D',
  'FULLY_CONNECTED',
  'ADD',
  'MUL',
  'SUB',
  'DIV',
  'MAX_POOL_2D',
  'AVERAGE_POOL_2D',
  'MEAN',
  'PAD',
  'PADV2',
  'MIRROR_PAD',
  'CONCATENATION',
  'RESHAPE',
  'SOFTMAX',
  'RELU',
  'RELU_N1_TO_1',
  'LOGISTIC',
  'TANH',
  'HARD_SWISH',
  'LEAKY_RELU',
  'PRELU',
  'QUANTIZE',
  'DEQUANTIZE',
  'TRANSPOSE',
  'STRIDED_SLICE',
  'SLICE',
  'SPLIT',
  'PACK',
  'SHAPE',
  'RESIZE_BILINEAR',
  'RESIZE_NEAREST_NEIGHBOR',
  'MAXIMUM',
  'MINIMUM',
  'L2_NORMALIZATION',
  'LOCAL_RESPONSE_NORMALIZATION',
  'SUM',
  'REDUCE_MAX',
];

/** Runs the golden's pictures as one batch; each output as real numbers or levels in TensorFlow's order. */
async function runPictures(
  imported: ImportedNetwork,
  { size, pictures }: GoldenNetwork,
  model: Model | Uint8Array = imported.model,
): Promise<Readonly<Record<string, number[]>>> {
  const { inputs, outputs } = imported.model.graph;
  const [input] = inputs;
  expect(inputs).toHaveLength(1);
  expect(input?.dims).toEqual(imported.layout === 'NHWC' ? ['N', size, size, 3] : ['N', 3, size, size]);
  expect(imported.preprocess).toEqual({ width: size, height: size });
  await using sessions = await openSessions(model, { workers: 1 });
  const results = await sessions.run({ [input?.name ?? '']: feed(imported, size, pictures) });
  return Object.fromEntries(
    outputs.map(({ name, dims, type }) => {
      const result = results[name];
      expect(result?.type).toBe(type);
      expect(result?.dims).toEqual(dims.map((dim) => (dim === 'N' ? pictures : dim)));
      return [name, channelsLast(result)];
    }),
  );
}

function feed({ model, layout }: ImportedNetwork, size: number, count: number): Tensor {
  const pictures = Array.from({ length: count }, (_, index) => draw(index, size));
  const dims = model.graph.inputs[0]?.dims.map((dim) => (dim === 'N' ? count : Number(dim))) ?? [];
  if (model.graph.inputs[0]?.type === 'uint8') {
    expect(layout).toBe('NHWC');
    return { type: 'uint8', dims, data: Uint8Array.from(pictures.flat()) };
  }
  const planes = pictures.flatMap((pixels) =>
    [0, 1, 2].flatMap((channel) => pixels.filter((_, index) => index % 3 === channel)),
  );
  return { type: 'float32', dims, data: Float32Array.from(planes, (pixel) => pixel / 128 - 1) };
}

/** The formula of tflite-operators.py: uint8 `[size, size, 3]`. */
function draw(index: number, size: number): number[] {
  return Array.from({ length: size * size * 3 }, (_, at) => {
    const [c, x, y] = [at % 3, Math.floor(at / 3) % size, Math.floor(at / 3 / size)];
    return (x * x * 3 + y * 7 + x * y + c * 40 + index * 53) % 256;
  });
}

function channelsLast(tensor: Tensor | undefined): number[] {
  const { dims = [], data = [] } = tensor ?? {};
  if (dims.length !== 4) return Array.from(data, Number);
  const [batch = 0, channels = 0, height = 0, width = 0] = dims;
  const positions = height * width;
  return Array.from({ length: batch * channels * positions }, (_, index) => {
    const [picture, rest] = [Math.floor(index / (channels * positions)), index % (channels * positions)];
    const [position, channel] = [Math.floor(rest / channels), rest % channels];
    return Number(data[(picture * channels + channel) * positions + position]);
  });
}

/** The largest difference, as a share of the output's largest magnitude. */
function largestError(actual: readonly number[] | undefined, output: GoldenOutput): number {
  const expected = realValues(output);
  expect(actual).toHaveLength(expected.length);
  // Constant outputs could not tell a wrong network.
  expect(new Set(expected).size).toBeGreaterThan(3);
  const magnitude = Math.max(...expected.map(Math.abs));
  return Math.max(...expected.map((value, index) => Math.abs((actual?.[index] ?? NaN) - value))) / magnitude;
}

/** How many steps each value lies from the interpreter's. */
function levelDistances(
  actual: Readonly<Record<string, number[]>>,
  { outputs }: GoldenNetwork,
): readonly number[] {
  return outputs.flatMap((output) => {
    const expected = storedValues(output);
    expect(actual[output.name]).toHaveLength(expected.length);
    expect(new Set(expected).size).toBeGreaterThan(3);
    const shift = output.type === 'int8' ? 128 : 0;
    const step = output.type === 'float32' ? output.scale : 1;
    return expected.map((level, index) =>
      Math.abs(((actual[output.name]?.[index] ?? NaN) - level - shift) / step),
    );
  });
}

function realValues(output: GoldenOutput): number[] {
  const { type, scale, zeroPoint } = output;
  const stored = storedValues(output);
  return type === 'float32' ? stored : stored.map((value) => scale * (value - zeroPoint));
}

function storedValues({ type, values }: GoldenOutput): number[] {
  const bytes = unpack(values);
  if (type === 'uint8') return [...bytes];
  if (type === 'int8') return [...new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length)];
  return [...new Float32Array(bytes.slice().buffer)];
}

function cosine(a: readonly number[], b: readonly number[]): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (const [index, y] of b.entries()) {
    const x = a[index] ?? NaN;
    [ab, aa, bb] = [ab + x * y, aa + x * x, bb + y * y];
  }
  return ab / Math.sqrt(aa * bb);
}

function unpack(packed: string): Uint8Array {
  return Uint8Array.from(inflateSync(Buffer.from(packed, 'base64')));
}
