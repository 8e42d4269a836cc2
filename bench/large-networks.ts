import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  attribute,
  buildGraphDef,
  constant,
  ints,
  type NodeDraft,
  placeholder,
} from '../src/import/graphdef/testing/build-graphdef.ts';
import { buildTfjs, describeFunctional, type LayerDraft } from '../src/import/tfjs/testing/build-tfjs.ts';
import {
  buildTflite,
  type OperatorDraft,
  type TensorDraft,
} from '../src/import/tflite/testing/build-tflite.ts';
import { elementCount, floats, node } from '../src/onnx/build.ts';
import type { GraphNode, Model, Tensor } from '../src/onnx/graph.ts';
import { encodeModel } from '../src/onnx/write.ts';

/** A network of about 100 MB in a format, and how to write it into a folder: the result is the path that is imported. */
export interface LargeNetwork {
  readonly format: string;
  readonly write: (folder: string) => Promise<string>;
}

/** A convolution with its BatchNorm, then an addition where `add` names another layer, then ReLU unless the layer is `linear`. */
interface Layer {
  readonly name: string;
  readonly from: string;
  readonly kernel: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly stride: number;
  readonly add?: string;
  readonly linear?: boolean;
}

const size = 224;
const classes = 1000;
const width = 2048;
const layers = planLayers();
const last = layers.at(-1)?.name ?? '';
const norms = ['gamma', 'beta', 'mean', 'variance'] as const;

/** The same network of 25.6 million parameters, ResNet-50 with strides in place of its pooling, in every format. */
export const largeNetworks: readonly LargeNetwork[] = [
  { format: 'ONNX', write: async (folder) => save(join(folder, 'large.onnx'), encodeModel(buildOnnx())) },
  { format: 'GraphDef', write: async (folder) => save(join(folder, 'large.pb'), buildFrozenGraph()) },
  { format: 'TensorFlow Lite', write: async (folder) => save(join(folder, 'large.tflite'), buildLite()) },
  { format: 'TensorFlow.js', write: writeTfjs },
];

async function save(path: string, bytes: Uint8Array): Promise<string> {
  await writeFile(path, bytes);
  return path;
}

/** ResNet-50 of He et al. 2015, table 1. */
function planLayers(): Layer[] {
  const plan: Layer[] = [{ name: 'stem', from: 'input', kernel: 7, inputs: 3, outputs: 64, stride: 4 }];
  let [from, inputs] = ['stem', 64];
  for (const [stage, repeats] of [3, 4, 6, 3].entries()) {
    for (let block = 0; block < repeats; block++) {
      const name = `block${stage}_${block}`;
      const inner = 64 << stage;
      const outputs = inner * 4;
      const stride = stage > 0 && block === 0 ? 2 : 1;
      plan.push({ name: `${name}_a`, from, kernel: 1, inputs, outputs: inner, stride: 1 });
      plan.push({ name: `${name}_b`, from: `${name}_a`, kernel: 3, inputs: inner, outputs: inner, stride });
      const isFirst = block === 0;
      if (isFirst) {
        plan.push({ name: `${name}_short`, from, kernel: 1, inputs, outputs, stride, linear: true });
      }
      const add = isFirst ? `${name}_short` : from;
      plan.push({ name, from: `${name}_b`, kernel: 1, inputs: inner, outputs, stride: 1, add });
      [from, inputs] = [name, outputs];
    }
  }
  return plan;
}

/** Numbers around 0 without a pattern, those of BatchNorm's variance around 1. */
function numbers(dims: readonly number[], center = 0): Float32Array {
  return Float32Array.from(
    { length: elementCount(dims) },
    (_, index) => center + (((index * 7919) % 1009) - 504) / 8064,
  );
}

function normOf(part: (typeof norms)[number], outputs: number): Float32Array {
  return numbers([outputs], part === 'gamma' || part === 'variance' ? 1 : 0);
}

function buildOnnx(): Model {
  const initializers = new Map<string, Tensor>();
  const weights = (name: string, dims: readonly number[], values = numbers(dims)): string => {
    initializers.set(name, floats(dims, values));
    return name;
  };
  const nodes: GraphNode[] = layers.flatMap(
    ({ name, from, kernel, inputs, outputs, stride, add, linear }) => {
      const side = Math.floor(kernel / 2);
      const parts = norms.map((part) => weights(`${name}/${part}`, [outputs], normOf(part, outputs)));
      const [normed, ended] = [
        linear ? name : `${name}/norm`,
        add === undefined ? `${name}/norm` : `${name}/sum`,
      ];
      return [
        node(
          'Conv',
          [from, weights(`${name}/weights`, [outputs, inputs, kernel, kernel])],
          [`${name}/conv`],
          {
            strides: { ints: [stride, stride] },
            pads: { ints: [side, side, side, side] },
          },
        ),
        node('BatchNormalization', [`${name}/conv`, ...parts], [normed]),
        ...(add === undefined ? [] : [node('Add', [normed, add], [ended])]),
        ...(linear ? [] : [node('Relu', [ended], [name])]),
      ];
    },
  );
  return {
    opset: 17,
    metadata: {},
    graph: {
      name: 'large',
      nodes: [
        ...nodes,
        node('GlobalAveragePool', [last], ['pool']),
        node('Flatten', ['pool'], ['flat']),
        node('Gemm', ['flat', weights('dense', [width, classes]), weights('bias', [classes])], ['output']),
      ],
      initializers,
      inputs: [{ name: 'input', type: 'float32', dims: ['N', 3, size, size] }],
      outputs: [{ name: 'output', type: 'float32', dims: ['N', classes] }],
    },
  };
}

function buildFrozenGraph(): Uint8Array {
  const weights = (name: string, dims: readonly number[], values = numbers(dims)): NodeDraft =>
    constant(name, { dims, dtype: 1, tensorContent: new Uint8Array(values.buffer) });
  const nodes = layers.flatMap(
    ({ name, from, kernel, inputs, outputs, stride, add, linear }): NodeDraft[] => [
      weights(`${name}/weights`, [kernel, kernel, inputs, outputs]),
      ...norms.map((part) => weights(`${name}/${part}`, [outputs], normOf(part, outputs))),
      {
        name: `${name}/conv`,
        op: 'Conv2D',
        input: [from, `${name}/weights`],
        attr: { strides: attribute.ints([1, stride, stride, 1]), padding: attribute.text('SAME') },
      },
      {
        name: linear ? name : `${name}/norm`,
        op: 'FusedBatchNormV3',
        input: [`${name}/conv`, ...norms.map((part) => `${name}/${part}`)],
        attr: { is_training: attribute.flag(false) },
      },
      ...(add === undefined ? [] : [{ name: `${name}/sum`, op: 'AddV2', input: [`${name}/norm`, add] }]),
      ...(linear ? [] : [{ name, op: 'Relu', input: [add === undefined ? `${name}/norm` : `${name}/sum`] }]),
    ],
  );
  return buildGraphDef([
    placeholder('input', [-1, size, size, 3]),
    ...nodes,
    ints('axes', [1, 2]),
    { name: 'pool', op: 'Mean', input: [last, 'axes'] },
    weights('dense', [width, classes]),
    weights('bias', [classes]),
    { name: 'scores', op: 'MatMul', input: ['pool', 'dense'] },
    { name: 'output', op: 'BiasAdd', input: ['scores', 'bias'] },
  ]);
}

/** Its converter folds BatchNorm, so that there is a bias instead. */
function buildLite(): Uint8Array {
  const float = 0;
  const relu = 1;
  const sides = new Map([['input', size]]);
  const tensors: TensorDraft[] = [{ name: 'input', type: float, shape: [1, size, size, 3] }];
  const weights = (name: string, shape: readonly number[]): string => {
    tensors.push({ name, type: float, shape, data: numbers(shape) });
    return name;
  };
  const operators = layers.flatMap(
    ({ name, from, kernel, inputs, outputs, stride, add, linear }): OperatorDraft[] => {
      const side = Math.ceil((sides.get(from) ?? 0) / stride);
      const convolved = add === undefined ? name : `${name}/conv`;
      const shape = [1, side, side, outputs];
      const activation = linear === true || add !== undefined ? 0 : relu;
      sides.set(name, side);
      tensors.push({ name, type: float, shape });
      if (add !== undefined) tensors.push({ name: convolved, type: float, shape });
      return [
        {
          code: 3,
          inputs: [
            from,
            weights(`${name}/weights`, [outputs, kernel, kernel, inputs]),
            weights(`${name}/bias`, [outputs]),
          ],
          outputs: [convolved],
          options: [
            [1, 'int', stride],
            [2, 'int', stride],
            [3, 'byte', activation],
          ],
        },
        ...(add === undefined
          ? []
          : [{ code: 0, inputs: [convolved, add], outputs: [name], options: [[0, 'byte', relu]] as const }]),
      ];
    },
  );
  tensors.push({ name: 'axes', type: 2, shape: [2], data: Int32Array.from([1, 2]) });
  tensors.push({ name: 'pool', type: float, shape: [1, width] });
  tensors.push({ name: 'output', type: float, shape: [1, classes] });
  operators.push({ code: 40, inputs: [last, 'axes'], outputs: ['pool'], options: [[0, 'byte', 0]] });
  operators.push({
    code: 9,
    inputs: ['pool', weights('dense', [classes, width]), weights('bias', [classes])],
    outputs: ['output'],
    options: [[0, 'byte', 0]],
  });
  return buildTflite({ tensors, operators, inputs: ['input'], outputs: ['output'] });
}

async function writeTfjs(folder: string): Promise<string> {
  const weights: Record<string, number[]> = {};
  const reads = (...names: string[]): unknown => [names.map((name) => [name, 0, 0, {}])];
  const drafts = layers.flatMap(
    ({ name, from, kernel, inputs, outputs, stride, add, linear }): LayerDraft[] => {
      const normed = linear ? name : `${name}_norm`;
      weights[`${name}_conv/kernel`] = [kernel, kernel, inputs, outputs];
      for (const part of ['gamma', 'beta', 'moving_mean', 'moving_variance']) {
        weights[`${normed}/${part}`] = [outputs];
      }
      const conv = {
        name: `${name}_conv`,
        filters: outputs,
        kernel_size: kernel,
        strides: stride,
        padding: 'same',
        use_bias: false,
      };
      return [
        ['Conv2D', conv, reads(from)],
        ['BatchNormalization', { name: normed, axis: -1, epsilon: 1e-3 }, reads(`${name}_conv`)],
        ...(add === undefined ? [] : [['Add', { name: `${name}_sum` }, reads(normed, add)] as const]),
        ...(linear
          ? []
          : [
              [
                'Activation',
                { name, activation: 'relu' },
                reads(add === undefined ? normed : `${name}_sum`),
              ] as const,
            ]),
      ];
    },
  );
  weights['output/kernel'] = [width, classes];
  weights['output/bias'] = [classes];
  const network = describeFunctional(
    'large',
    [
      ['InputLayer', { name: 'input', batch_input_shape: [null, size, size, 3] }, []],
      ...drafts,
      ['GlobalAveragePooling2D', { name: 'pool' }, reads(last)],
      ['Dense', { name: 'output', units: classes }, reads('pool')],
    ],
    [['input', 0, 0]],
    [['output', 0, 0]],
  );
  const { json, read } = buildTfjs(network, weights);
  await mkdir(join(folder, 'large-tfjs'));
  await save(join(folder, 'large-tfjs', 'weights.bin'), read('weights.bin'));
  return save(join(folder, 'large-tfjs', 'model.json'), new TextEncoder().encode(json));
}
