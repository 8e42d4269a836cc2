import { describe, expect, it } from 'vitest';
import { fuzzReader } from '../testing/fuzz.ts';
import { importGraphDef } from './import-graphdef.ts';
import {
  attribute,
  buildGraphDef,
  constant,
  floats,
  ints,
  type NodeDraft,
  placeholder,
} from './testing/build-graphdef.ts';
import { readGolden, unpack } from './testing/graphdef-golden.ts';
import { refusal } from './testing/refusal.ts';

const golden = await readGolden();
const input = placeholder('input', [-1, 4, 4, 3]);
const filters = floats('filters', [1, 1, 3, 2], [1, 2, 3, 4, 5, 6]);
const convolution: NodeDraft = {
  name: 'conv',
  op: 'Conv2D',
  input: ['input', 'filters'],
  attr: { strides: attribute.ints([1, 1, 1, 1]), padding: attribute.text('SAME') },
};
const network = [input, filters, convolution];

describe('a damaged frozen graph', () => {
  const codes = ['BACKBONE_INVALID', 'OPERATOR_UNSUPPORTED', 'INVALID_OPTION', 'PREPROCESS_UNKNOWN'] as const;

  it.each([
    { name: 'the graph of 2015', graph: golden.classic.graph, seed: 2015, mutations: 10_000 },
    { name: 'a net of TF-slim', graph: golden.slim.graphs.new ?? '', seed: 2017, mutations: 2000 },
  ])(
    'is read, or refused by naming file and place, whatever is cut or changed: $name, seed $seed',
    async ({ graph, seed, mutations }) => {
      const read = (bytes: Uint8Array): unknown => importGraphDef(bytes, 'fuzzed');
      const report = await fuzzReader(unpack(graph), read, seed, { codes, mutations });
      expect(report).toMatchObject({ failures: [] });
      // Most changes hit weights, which any bytes are.
      expect(report.accepted).toBeGreaterThan(mutations / 10);
      expect(report.refused).toBeGreaterThan(100);
    },
    300_000,
  );

  it('is read, or refused by naming file and place, whatever operator it has (seed 2019)', async () => {
    const read = (bytes: Uint8Array): unknown => importGraphDef(bytes, 'fuzzed');
    const reports = [];
    for (const { graph } of Object.values(golden.operators.cases)) {
      reports.push(await fuzzReader(unpack(graph), read, 2019, { codes, mutations: 100 }));
    }
    expect(reports.length).toBeGreaterThan(90);
    expect(reports.flatMap(({ failures }) => failures)).toEqual([]);
  }, 300_000);

  it.each([
    ['nothing', new Uint8Array(), 'its 0 bytes hold no node'],
    ['a web page', Buffer.from('<!doctype html><title>404</title>'), 'the field at byte 0'],
    ['a node that is cut', buildGraphDef(network).slice(0, -3), 'ends outside the file'],
    ['a node of garbage', Uint8Array.of(10, 3, 0xff, 0xff, 0xff), 'node 0 at byte 0 cannot be decoded'],
  ])('is refused: %s', (_, bytes, message) => {
    const error = refusal(bytes);
    expect(error?.code).toBe('BACKBONE_INVALID');
    expect(error?.message).toMatch(/^Expected a TensorFlow frozen graph in net\.pb, but /);
    expect(error?.message).toContain(message);
  });

  it.each<[string, NodeDraft[], string]>([
    ['a node without a name', [...network, { ...convolution, name: '' }], 'node 3 at byte'],
    ['two nodes of one name', [...network, convolution], 'has the name of another, conv'],
    [
      'an input that is not there',
      [input, convolution],
      'node conv reads the tensor filters, which no node makes',
    ],
    [
      'a circle',
      [
        input,
        filters,
        { ...convolution, input: ['loop', 'filters'] },
        { name: 'loop', op: 'AddV2', input: ['conv', 'input'] },
        { name: 'end', op: 'Relu', input: ['loop'] },
      ],
      'reads its own result',
    ],
    [
      'a result that is not made',
      [...network, { name: 'end', op: 'Relu', input: ['conv:3'] }],
      'node end reads conv:3, a result that Regraft does not compute',
    ],
    [
      'too few values in its contents',
      [
        input,
        constant('filters', { dims: [1, 1, 3, 2], dtype: 1, tensorContent: new Uint8Array(20) }),
        convolution,
      ],
      'node filters of shape [1, 1, 3, 2] holds 5 values',
    ],
    [
      'too many values',
      [input, floats('filters', [1, 1, 3, 1], [1, 2, 3, 4]), convolution],
      'node filters of shape [1, 1, 3, 1] holds 4 values',
    ],
    [
      'a negative shape',
      [input, floats('filters', [-1, -1, 3, 1], [1, 2, 3]), convolution],
      'node filters of shape [-1, -1, 3, 1] is no tensor',
    ],
    [
      'an unknown element type',
      [input, constant('filters', { dims: [1], dtype: 20 }), convolution],
      'node filters holds a tensor of type 20',
    ],
    [
      'a setting of another kind',
      [input, filters, { ...convolution, attr: { ...convolution.attr, strides: attribute.int(1) } }],
      'attribute strides of node conv is of kind i where list is expected',
    ],
    [
      'a setting out of range',
      [
        input,
        filters,
        { ...convolution, attr: { ...convolution.attr, strides: attribute.ints([1, 2 ** 40, 1, 1]) } },
      ],
      'attribute strides of node conv is 1099511627776',
    ],
    [
      'no photo',
      [filters, { name: 'end', op: 'Relu', input: ['filters'] }],
      'no node computes anything from a photo',
    ],
  ])('is refused: %s', (_, nodes, message) => {
    const error = refusal(buildGraphDef(nodes));
    expect(error?.code).toBe('BACKBONE_INVALID');
    expect(error?.message).toContain(message);
  });

  it.each<[string, NodeDraft]>([
    [
      'by going on with the last value',
      constant('filters', { dims: [1, 1, 3, 2 ** 28], dtype: 1, floatVal: [1] }),
    ],
    ['by Fill', { name: 'filters', op: 'Fill', input: ['dims', 'one'] }],
  ])('cannot ask for more memory than its size accounts for: %s', (_, weights) => {
    const dims = ints('dims', [1, 1, 3, 2 ** 28]);
    const error = refusal(buildGraphDef([input, dims, floats('one', [], [1]), weights, convolution]));
    expect(error?.code).toBe('OPERATOR_UNSUPPORTED');
    expect(error?.message).toMatch(/net\.pb has nodes that make more than \d+ numbers/);
  });
});

describe('a graph that Regraft does not import', () => {
  it.each<[string, NodeDraft[], string]>([
    [
      'an unknown operator',
      [...network, { name: 'top', op: 'Where', input: ['conv'] }],
      'Where (node top) in net.pb cannot be imported.',
    ],
    [
      'a normalisation that learns',
      [
        ...network,
        floats('c', [2], [1, 2]),
        { name: 'norm', op: 'FusedBatchNorm', input: ['conv', 'c', 'c', 'c', 'c'] },
      ],
      'FusedBatchNorm (node norm) cannot be imported: norm in net.pb has is_training set',
    ],
    [
      'pictures with channels first',
      [
        input,
        filters,
        { ...convolution, attr: { ...convolution.attr, data_format: attribute.text('NCHW') } },
      ],
      'Conv2D (node conv) cannot be imported: conv in net.pb has the data format NCHW (NHWC is expected)',
    ],
    [
      'filters for other channels',
      [input, floats('filters', [1, 1, 2, 1], [1, 2]), convolution],
      'conv in net.pb has 2 channels a filter for an input of 3',
    ],
    [
      'strides over channels',
      [
        input,
        filters,
        { ...convolution, attr: { ...convolution.attr, strides: attribute.ints([1, 1, 1, 2]) } },
      ],
      'conv in net.pb has strides [1, 1, 1, 2]',
    ],
    [
      'an input that is no picture',
      [placeholder('flags', [], 10), { name: 'end', op: 'Relu', input: ['flags'] }],
      'Placeholder (node flags) cannot be imported: flags in net.pb has an input of type 10 and shape []',
    ],
    [
      'a shape that depends on the batch in another way',
      [
        ...network,
        { name: 'shape', op: 'Shape', input: ['conv'] },
        { name: 'double', op: 'AddV2', input: ['shape', 'shape'] },
        { name: 'end', op: 'Reshape', input: ['conv', 'double'] },
      ],
      'AddV2 (node double) cannot be imported: double in net.pb has arithmetic on the size of the batch',
    ],
  ])('is refused with operator and node: %s', (_, nodes, message) => {
    const error = refusal(buildGraphDef(nodes));
    expect(error?.code).toBe('OPERATOR_UNSUPPORTED');
    expect(error?.message).toContain(message);
    expect(error?.hint).toContain('ONNX');
  });

  it('does not look at nodes that the output does not need', () => {
    const training = { name: 'train', op: 'ApplyGradientDescent', input: ['step'] };
    const step = { name: 'step', op: 'VariableV2' };
    expect(refusal(buildGraphDef([...network, step, training]))).toBeUndefined();
  });
});
