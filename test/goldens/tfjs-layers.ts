// Writes tfjs-layers.json beside it: small networks as TensorFlow.js saves them, and what TensorFlow.js computes with them when it reads them back.
//
//   npm install --no-save @tensorflow/tfjs-core@4.22.0 @tensorflow/tfjs-layers@4.22.0 @tensorflow/tfjs-backend-cpu@4.22.0
//   npx tsx test/goldens/tfjs-layers.ts <folder of real data>
//
// TensorFlow.js is no dependency of the project: its few functions that are used here are described below.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { drawTfjsPictures } from './tfjs-pictures.ts';

interface TfTensor {
  readonly shape: readonly number[];
  dataSync(): Float32Array;
}
interface Symbolic {
  readonly shape: readonly number[];
}
interface Layer {
  readonly name: string;
  getWeights(): readonly TfTensor[];
  setWeights(weights: readonly TfTensor[]): void;
  apply(inputs: Symbolic | readonly Symbolic[]): Symbolic;
}
interface Spec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly quantization?: { readonly dtype: string; readonly scale?: number; readonly min?: number };
}
interface Artifacts {
  readonly modelTopology: object;
  readonly weightSpecs: readonly Spec[];
  readonly weightData: ArrayBuffer;
}
interface Network extends Layer {
  readonly layers: readonly Layer[];
  readonly inputs: readonly Symbolic[];
  readonly outputs: readonly Symbolic[];
  getLayer(name: string): { readonly output: Symbolic };
  add(layer: Layer): void;
  save(handler: object): Promise<unknown>;
  predict(pictures: TfTensor): TfTensor | readonly TfTensor[];
}
interface Tfjs {
  input(options: object): Symbolic;
  model(options: object): Network;
  sequential(options?: object): Network;
  loadLayersModel(handler: object): Promise<Network>;
  readonly layers: Readonly<Record<string, (options: object) => Layer>>;
}
interface TfCore {
  tensor(values: Float32Array, shape: readonly number[]): TfTensor;
}

// Names in variables: the type checker does not look for packages that are not installed.
const names = ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-cpu', '@tensorflow/tfjs-layers'];
const [core, , tf] = (await Promise.all(names.map((name) => import(name)))) as [TfCore, unknown, Tfjs];

/** The quantisation of each weight by its place in turn; undefined keeps float32. */
type Quantiser = 'uint8' | 'uint16' | 'float16' | undefined;

interface Golden {
  readonly name: string;
  readonly json: object;
  readonly shards: Readonly<Record<string, string>>;
  readonly shape: readonly number[];
  /** Of two pictures. */
  readonly outputs: readonly { readonly shape: readonly number[]; readonly values: string }[];
}

let seed = 1;
/** A number of −1 to 1 (Park & Miller 1988). */
function draw(): number {
  seed = (seed * 48271) % 2147483647;
  return (seed / 2147483647) * 2 - 1;
}

function fillWeights(network: Network): void {
  for (const layer of network.layers) {
    if ('layers' in layer) {
      fillWeights(layer as Network);
      continue;
    }
    const weights = layer.getWeights().map((weight, index, all) => {
      const size = weight.shape.reduce((product, dim) => product * dim, 1);
      const isVariance = layer.name.startsWith('batch') && index === all.length - 1;
      const values = Float32Array.from({ length: size }, () => (isVariance ? 1 + draw() / 2 : draw() / 2));
      return core.tensor(values, weight.shape);
    });
    layer.setWeights(weights);
  }
}

async function artifactsOf(network: Network): Promise<Artifacts> {
  let found: Artifacts | undefined;
  await network.save({
    save: (artifacts: Artifacts) => {
      found = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    },
  });
  if (found === undefined) throw new Error('TensorFlow.js saved nothing');
  return found;
}

/** Quantises as tfjs-converter's quantization.py does: steps from the least to the greatest value, or half precision. */
function quantise(values: Float32Array, quantiser: Quantiser): { bytes: Buffer; quantization?: Spec['quantization'] } {
  if (quantiser === undefined) return { bytes: Buffer.from(values.slice().buffer) };
  if (quantiser === 'float16') {
    const halves = Uint16Array.from(values, halfOf);
    return { bytes: Buffer.from(halves.buffer), quantization: { dtype: 'float16' } };
  }
  const [min, max] = [Math.min(...values), Math.max(...values)];
  const scale = (max - min) / (quantiser === 'uint8' ? 255 : 65535);
  const levels = Array.from(values, (value) => Math.round((value - min) / scale));
  const stored = quantiser === 'uint8' ? Uint8Array.from(levels) : Uint16Array.from(levels);
  return { bytes: Buffer.from(stored.buffer), quantization: { dtype: quantiser, scale, min } };
}

/** Cuts off what binary16 cannot hold; the values drawn here are normal numbers, zero or tiny ones. */
function halfOf(value: number): number {
  const [bits = 0] = new Uint32Array(Float32Array.of(value).buffer);
  const exponent = ((bits >>> 23) & 255) - 112;
  const sign = (bits >>> 16) & 0x8000;
  if (exponent > 0) return sign | (exponent << 10) | ((bits >>> 13) & 1023);
  return sign | Math.floor(Math.abs(value) * 2 ** 24);
}

async function predict(json: object, files: ReadonlyMap<string, Buffer>, shape: readonly number[]): Promise<Golden['outputs']> {
  const { modelTopology, weightsManifest } = json as {
    modelTopology: object;
    weightsManifest: readonly { paths: readonly string[]; weights: readonly Spec[] }[];
  };
  const data = Buffer.concat(weightsManifest.flatMap(({ paths }) => paths.map((path) => files.get(path) as Buffer)));
  const network = await tf.loadLayersModel({
    load: () => ({
      modelTopology,
      weightSpecs: weightsManifest.flatMap(({ weights }) => weights),
      weightData: Uint8Array.from(data).buffer,
    }),
  });
  const size = shape.reduce((product, dim) => product * dim, 1);
  const predicted = network.predict(core.tensor(drawTfjsPictures(2, size), [2, ...shape]));
  return [predicted].flat().map((output) => ({
    shape: (output).shape,
    values: Buffer.from((output).dataSync().slice().buffer).toString('base64'),
  }));
}

async function golden(
  name: string,
  network: Network,
  options: { readonly quantisers?: readonly Quantiser[]; readonly shardBytes?: number } = {},
): Promise<Golden> {
  fillWeights(network);
  const { modelTopology, weightSpecs, weightData } = await artifactsOf(network);
  let offset = 0;
  const stored = weightSpecs.map((spec, index) => {
    const count = spec.shape.reduce((product, dim) => product * dim, 1);
    const values = new Float32Array(weightData.slice(offset, offset + 4 * count));
    offset += 4 * count;
    const { bytes, quantization } = quantise(values, options.quantisers?.[index % options.quantisers.length]);
    return { bytes, spec: { ...spec, ...(quantization !== undefined && { quantization }) } };
  });
  const data = Buffer.concat(stored.map(({ bytes }) => bytes));
  const shardBytes = options.shardBytes ?? data.length;
  const count = Math.ceil(data.length / shardBytes);
  const paths = Array.from({ length: count }, (_, index) =>
    count === 1 ? 'weights.bin' : `group1-shard${index + 1}of${count}.bin`,
  );
  const files = new Map(paths.map((path, index) => [path, data.subarray(index * shardBytes, (index + 1) * shardBytes)]));
  const json = {
    format: 'layers-model',
    generatedBy: 'TensorFlow.js tfjs-layers v4.22.0',
    convertedBy: null,
    modelTopology,
    weightsManifest: [{ paths, weights: stored.map(({ spec }) => spec) }],
  };
  const shape = network.inputs[0]?.shape.slice(1) ?? [];
  return {
    name,
    json,
    shards: Object.fromEntries([...files].map(([path, bytes]) => [path, bytes.toString('base64')])),
    shape,
    outputs: await predict(json, files, shape),
  };
}

const make = (kind: string, options: object = {}): Layer => {
  const maker = tf.layers[kind];
  if (maker === undefined) throw new Error(`TensorFlow.js has no layer ${kind}`);
  return maker(options);
};
const image = (height: number, width: number): Symbolic =>
  tf.input({ shape: [height, width, 3], name: 'image' });

function windows(): Network {
  const input = image(11, 9);
  const conv = make('conv2d', { filters: 5, kernelSize: [3, 2], strides: 2, padding: 'same', activation: 'relu', name: 'conv' }).apply(input);
  const norm = make('batchNormalization', { name: 'batch' }).apply(conv);
  const relu6 = make('reLU', { maxValue: 1.5, name: 'relu6' }).apply(norm);
  const depth = make('depthwiseConv2d', { kernelSize: 3, depthMultiplier: 2, padding: 'same', name: 'depth' }).apply(relu6);
  const separable = make('separableConv2d', { filters: 5, kernelSize: 3, padding: 'same', activation: 'tanh', name: 'separable' }).apply(depth);
  const dilated = make('conv2d', { filters: 5, kernelSize: 2, dilationRate: 2, useBias: false, padding: 'same', name: 'dilated' }).apply(separable);
  const max = make('maxPooling2d', { poolSize: 3, strides: 2, padding: 'same', name: 'max' }).apply(dilated);
  const average = make('averagePooling2d', { poolSize: [3, 2], strides: 2, padding: 'same', name: 'average' }).apply(dilated);
  const joined = make('concatenate', { axis: -1, name: 'joined' }).apply([max, average]);
  const grown = make('upSampling2d', { size: [2, 3], name: 'grown' }).apply(joined);
  const bilinear = make('upSampling2d', { size: [2, 2], interpolation: 'bilinear', name: 'bilinear' }).apply(joined);
  const padded = make('zeroPadding2d', { padding: [[0, 1], [1, 2]], name: 'padded' }).apply(grown);
  const narrowed = make('conv2d', { filters: 4, kernelSize: 3, strides: 2, name: 'narrowed' }).apply(padded);
  const cropped = make('cropping2D', { cropping: [[1, 0], [0, 1]], name: 'cropped' }).apply(narrowed);
  const pooled = make('globalMaxPooling2d', { name: 'pooled' }).apply(bilinear);
  const mean = make('globalAveragePooling2d', { name: 'mean' }).apply(cropped);
  const flat = make('flatten', { name: 'flat' }).apply(cropped);
  const dense = make('dense', { units: 6, activation: 'softmax', name: 'dense' }).apply(flat);
  return tf.model({ inputs: input, outputs: [dense, cropped, pooled, mean, flat] });
}

function activations(): Network {
  const input = image(4, 5);
  const named = ['relu', 'relu6', 'sigmoid', 'tanh', 'elu', 'selu', 'softplus', 'softsign', 'hardSigmoid', 'swish', 'gelu', 'mish', 'softmax', 'logSoftmax', 'linear'];
  const wide = make('conv2d', { filters: 3, kernelSize: 1, name: 'wide' }).apply(input);
  const scaled = make('rescaling', { scale: 4, offset: 0.5, name: 'scaled' }).apply(wide);
  const branches = named
    .map((activation) => make('activation', { activation, name: `by_${activation.toLowerCase()}` }).apply(scaled));
  const more = [
    make('leakyReLU', { alpha: 0.1, name: 'leaky' }),
    make('prelu', { name: 'prelu' }),
    make('prelu', { sharedAxes: [1, 2], name: 'prelu_shared' }),
    make('elu', { name: 'elu' }),
    make('thresholdedReLU', { theta: 0.7, name: 'thresholded' }),
    make('softmax', { axis: -1, name: 'softmax' }),
    make('layerNormalization', { name: 'layer_norm' }),
    make('dropout', { rate: 0.5, name: 'dropout' }),
    make('gaussianNoise', { stddev: 0.5, name: 'noise' }),
  ].map((layer) => layer.apply(scaled));
  const joined = make('concatenate', { name: 'joined' }).apply([...branches, ...more]);
  return tf.model({ inputs: input, outputs: joined });
}

function merges(): Network {
  const input = image(6, 5);
  const shared = make('conv2d', { filters: 3, kernelSize: 3, padding: 'same', name: 'shared' });
  const once = shared.apply(input);
  const twice = shared.apply(once);
  const inner = tf.sequential({
    name: 'inner',
    layers: [make('conv2d', { inputShape: [6, 5, 3], filters: 3, kernelSize: 1, activation: 'relu', name: 'inner_conv' }), make('dropout', { rate: 0.1, name: 'inner_dropout' })],
  });
  const [left, right] = [inner.apply(once), inner.apply(twice)];
  const merged = ['add', 'multiply', 'average', 'maximum', 'minimum'].map((kind) =>
    make(kind, { name: `by_${kind}` }).apply([left, right, once]),
  );
  const joined = make('concatenate', { axis: 1, name: 'rows' }).apply(merged);
  const weights = make('dense', { units: 3, activation: 'sigmoid', name: 'gate' }).apply(make('globalAveragePooling2d', { name: 'squeeze' }).apply(joined));
  const spread = make('reshape', { targetShape: [1, 1, 3], name: 'spread' }).apply(weights);
  const gated = make('multiply', { name: 'gated' }).apply([joined, spread]);
  const permuted = make('permute', { dims: [2, 1, 3], name: 'permuted' }).apply(gated);
  const rows = make('reshape', { targetShape: [30, 15], name: 'reshaped' }).apply(permuted);
  const dense = make('dense', { units: 4, activation: 'tanh', name: 'dense' }).apply(rows);
  const flat = make('flatten', { name: 'flat' }).apply(dense);
  const normal = make('batchNormalization', { scale: false, name: 'batch' }).apply(flat);
  return tf.model({ inputs: input, outputs: [make('dense', { units: 5, name: 'last' }).apply(normal), permuted] });
}

/** The structure that @teachablemachine/image 0.8.5 makes: `train` in src/teachable-mobilenet.ts. */
function teachableMachine(size: number): Network {
  const input = tf.input({ shape: [size, size, 3], name: 'input_1' });
  const padded = make('zeroPadding2d', { padding: [[0, 1], [0, 1]], name: 'Conv1_pad' }).apply(input);
  const conv = make('conv2d', { filters: 8, kernelSize: 3, strides: 2, useBias: false, name: 'Conv1' }).apply(padded);
  const norm = make('batchNormalization', { name: 'batch_Conv1' }).apply(conv);
  const relu = make('reLU', { maxValue: 6, name: 'Conv1_relu' }).apply(norm);
  const depth = make('depthwiseConv2d', { kernelSize: 3, padding: 'same', useBias: false, name: 'block_depthwise' }).apply(relu);
  const project = make('conv2d', { filters: 8, kernelSize: 1, padding: 'same', useBias: false, name: 'block_project' }).apply(depth);
  const sum = make('add', { name: 'block_add' }).apply([relu, project]);
  const out = make('reLU', { maxValue: 6, name: 'out_relu' }).apply(sum);
  const top = make('dense', { units: 10, name: 'predictions' }).apply(make('globalAveragePooling2d', { name: 'top_pool' }).apply(out));
  const whole = tf.model({ inputs: input, outputs: top });
  const truncated = tf.model({ inputs: whole.inputs, outputs: whole.getLayer('out_relu').output });
  const features = tf.sequential();
  features.add(truncated);
  features.add(make('globalAveragePooling2d'));
  const head = tf.sequential({
    layers: [
      make('dense', { inputShape: [8], units: 6, activation: 'relu' }),
      make('dense', { units: 3, activation: 'softmax', useBias: false }),
    ],
  });
  const joint = tf.sequential();
  joint.add(features);
  joint.add(head);
  return joint;
}

function plain(): Network {
  return tf.sequential({
    layers: [
      make('rescaling', { inputShape: [7, 8, 3], scale: 1 / 127.5, offset: -1, name: 'rescaled' }),
      make('conv2d', { filters: 12, kernelSize: 3, activation: 'relu', name: 'conv' }),
      make('flatten', { name: 'flat' }),
      make('dense', { units: 20, activation: 'elu', name: 'dense' }),
      make('dense', { units: 4, activation: 'softmax', name: 'classes' }),
    ],
  });
}

async function darknet(folder: string): Promise<Omit<Golden, 'json' | 'shards'>> {
  const json = JSON.parse(await readFile(join(folder, 'model.json'), 'utf8')) as {
    weightsManifest: readonly { paths: readonly string[] }[];
  };
  const paths = json.weightsManifest.flatMap((group) => group.paths);
  const files = new Map(await Promise.all(paths.map(async (path) => [path, await readFile(join(folder, path))] as const)));
  const shape = [224, 224, 3];
  return { name: 'darknettiny', shape, outputs: await predict(json, files, shape) };
}

const [data = ''] = process.argv.slice(2);
const networks = [
  await golden('windows', windows()),
  await golden('activations', activations()),
  await golden('merges', merges()),
  await golden('teachable-machine', teachableMachine(16)),
  await golden('quantised', plain(), { quantisers: ['uint8', 'float16', 'uint16', undefined], shardBytes: 1000 }),
];
const file = {
  madeWith: 'TensorFlow.js 4.22.0',
  networks,
  real: await darknet(join(data, 'networks/tfjs-layers/darknettiny')),
};
await writeFile(new URL('tfjs-layers.json', import.meta.url), `${JSON.stringify(file)}\n`);
