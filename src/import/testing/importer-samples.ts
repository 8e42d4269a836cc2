import { encodeModel } from '../../onnx/write.ts';
import { node } from '../../onnx/build.ts';
import { importGraphDef } from '../graphdef/import-graphdef.ts';
import { attribute, buildGraphDef, placeholder } from '../graphdef/testing/build-graphdef.ts';
import { importOnnx } from '../onnx/import-onnx.ts';
import { importTfjs } from '../tfjs/import-tfjs.ts';
import { buildTfjs, describeSequential, type LayerDraft } from '../tfjs/testing/build-tfjs.ts';
import { importTflite } from '../tflite/import-tflite.ts';
import { buildTflite, type OperatorDraft, type TensorDraft } from '../tflite/testing/build-tflite.ts';
import type { ImportedNetwork } from '../imported-network.ts';

/** An importer with tiny files for it, so that the contract suite can run over all importers alike. */
export interface ImporterSample {
  readonly name: string;
  /** Imports a sound network of two layers or more. */
  readonly sound: (source: string) => ImportedNetwork;
  /** Imports a file of another kind. */
  readonly foreign: (source: string) => unknown;
  /** Imports a network with an operator that is not known. */
  readonly unsupported: (source: string) => unknown;
  /** What the refusal of that operator must hold: its kind and the name of its node. */
  readonly refused: readonly [operator: string, node: string];
}

/** Every importer: a new one is a line here. */
export const importerSamples: readonly ImporterSample[] = [
  sampleTflite(),
  sampleTfjs(),
  sampleOnnx(),
  sampleGraphDef(),
];

function sampleTflite(): ImporterSample {
  const tensors: readonly TensorDraft[] = [
    { name: 'input', shape: [1, 6, 5, 3], scales: [1 / 128], zeroPoint: 128 },
    { name: 'pooled', shape: [1, 3, 3, 3], scales: [1 / 128], zeroPoint: 128 },
    { name: 'output', shape: [1, 27], scales: [1 / 128], zeroPoint: 128 },
  ];
  const pooling: OperatorDraft = {
    code: 17,
    inputs: ['input'],
    outputs: ['pooled'],
    options: [
      [1, 'int', 2],
      [2, 'int', 2],
      [3, 'int', 2],
      [4, 'int', 2],
    ],
  };
  const reshape = (code: number): OperatorDraft => ({ code, inputs: ['pooled'], outputs: ['output'] });
  const bytes = (code: number): Uint8Array =>
    buildTflite({ tensors, operators: [pooling, reshape(code)], inputs: ['input'], outputs: ['output'] });
  const read = (file: Uint8Array, source: string): ImportedNetwork => importTflite(file, source);
  return {
    name: 'TensorFlow Lite',
    sound: (source) => read(bytes(22), source),
    foreign: (source) => read(new TextEncoder().encode('{"format": "layers-model"}'), source),
    unsupported: (source) => read(bytes(126), source),
    refused: ['BATCH_MATMUL', 'output'],
  };
}

function sampleTfjs(): ImporterSample {
  const image: LayerDraft = ['InputLayer', { name: 'image', batch_input_shape: [null, 6, 5, 3] }];
  const conv: LayerDraft = ['Conv2D', { name: 'conv', filters: 4, kernel_size: 3, activation: 'relu' }];
  const weights = { 'conv/kernel': [3, 3, 3, 4], 'conv/bias': [4] };
  const files = (last: LayerDraft): ReturnType<typeof buildTfjs> =>
    buildTfjs(describeSequential('net', [image, conv, last]), weights);
  return {
    name: 'TensorFlow.js',
    sound: (source) => importTfjs(files(['Flatten', { name: 'flat' }]), source),
    foreign: (source) => importTfjs({ json: 'TFL3', read: () => new Uint8Array() }, source),
    unsupported: (source) => importTfjs(files(['GRU', { name: 'memory' }]), source),
    refused: ['GRU', 'memory'],
  };
}

function sampleOnnx(): ImporterSample {
  const bytes = (op: string): Uint8Array => {
    const nodes = [
      node('MaxPool', ['photo'], ['pooled'], { kernel_shape: { ints: [2, 2] } }),
      node(op, ['pooled'], ['output']),
    ];
    const inputs = [{ name: 'photo', type: 'float32', dims: ['batch', 3, 6, 5] }] as const;
    const outputs = [{ name: 'output', type: 'float32', dims: ['batch', 3, 5, 4] }] as const;
    const graph = { name: 'net', nodes, initializers: new Map(), inputs, outputs };
    return encodeModel({ opset: 13, metadata: {}, graph });
  };
  return {
    name: 'ONNX',
    sound: (source) => importOnnx(bytes('Relu'), source),
    foreign: (source) => importOnnx(new TextEncoder().encode('{"format": "layers-model"}'), source),
    unsupported: (source) => importOnnx(bytes('NonMaxSuppressionOfTomorrow'), source),
    refused: ['NonMaxSuppressionOfTomorrow', 'output'],
  };
}

function sampleGraphDef(): ImporterSample {
  const pooling = {
    name: 'pooled',
    op: 'MaxPool',
    input: ['photo'],
    attr: {
      T: attribute.type(1),
      ksize: attribute.ints([1, 2, 2, 1]),
      strides: attribute.ints([1, 2, 2, 1]),
      padding: attribute.text('VALID'),
    },
  };
  const bytes = (op: string): Uint8Array =>
    buildGraphDef([placeholder('photo', [-1, 6, 5, 3]), pooling, { name: 'output', op, input: ['pooled'] }]);
  return {
    name: 'TensorFlow GraphDef',
    sound: (source) => importGraphDef(bytes('Relu'), source),
    foreign: (source) => importGraphDef(new TextEncoder().encode('{"format": "layers-model"}'), source),
    unsupported: (source) => importGraphDef(bytes('DecodeTomorrow'), source),
    refused: ['DecodeTomorrow', 'output'],
  };
}
