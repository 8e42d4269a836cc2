import { describe, expect, it } from 'vitest';
import { RegraftError } from '../../errors.ts';
import { importTfjs, type TfjsFiles } from './import-tfjs.ts';
import {
  buildTfjs,
  describeFunctional,
  describeSequential,
  type LayerDraft,
  type WeightDrafts,
} from './testing/build-tfjs.ts';

const shape = [null, 4, 4, 3];
const input: LayerDraft = ['InputLayer', { name: 'image', batch_input_shape: shape }];
const convolution: LayerDraft = ['Conv2D', { name: 'conv', filters: 2, kernel_size: [1, 1] }];
const weights: WeightDrafts = { 'conv/kernel': [1, 1, 3, 2], 'conv/bias': [2] };
const sound = buildTfjs(describeSequential('net', [input, convolution]), weights);

describe('a layers-model', () => {
  it('that is sound is read', () => {
    expect(refusal(sound)).toBeUndefined();
  });

  it.each([
    ['nothing', ''],
    ['a web page', '<!doctype html><title>404</title>'],
    ['another JSON file', '{"name": "package"}'],
    ['a list', '[1, 2]'],
    ['null', 'null'],
  ])('is refused when the file is %s', (_, json) => {
    const error = refusal({ ...sound, json });
    expect(error?.code).toBe('BACKBONE_INVALID');
    expect(error?.message).toMatch(/^Expected .* model\.json.*, but/);
  });

  it.each([
    [{ format: 'graph-model', modelTopology: {} }],
    [{ modelTopology: { node: [], versions: {} }, weightsManifest: [] }],
  ])('is refused with a remedy when it is a graph-model: %j', (json) => {
    const error = refusal({ ...sound, json: JSON.stringify(json) });
    expect(error?.message).toBe(
      'Expected the format layers-model in field format of model.json, but found graph-model.',
    );
    expect(error?.hint).toContain('as ONNX (tf2onnx) or TensorFlow Lite');
  });

  it.each<[string, LayerDraft, string]>([
    [
      'an unknown layer',
      ['LSTM', { name: 'memory' }],
      'LSTM (layer memory) in model.json cannot be imported',
    ],
    [
      'a class that objects have',
      ['constructor', { name: 'x' }],
      'constructor (layer x) in model.json cannot',
    ],
    [
      'channels first',
      ['MaxPooling2D', { name: 'pool', data_format: 'channels_first' }],
      'MaxPooling2D pool in model.json has channels first',
    ],
    [
      'an unknown activation',
      ['Activation', { name: 'act', activation: 'snake' }],
      'Activation act in model.json has the activation snake',
    ],
    [
      'a normalisation over rows',
      ['BatchNormalization', { name: 'batch', axis: 1 }],
      'BatchNormalization batch in model.json has the axis 1 of [N, 4, 4, 2]',
    ],
    [
      'a cut that leaves nothing',
      ['Cropping2D', { name: 'cut', cropping: 3 }],
      'cut in model.json has a slice',
    ],
    [
      'a reshape that does not fit',
      ['Reshape', { name: 'shape', target_shape: [5, -1] }],
      'shape in model.json has a reshape',
    ],
    [
      'a softmax over the batch',
      ['Softmax', { name: 'soft', axis: 0 }],
      'Softmax soft in model.json has the axis 0',
    ],
  ])('with %s is refused by its name', (_, layer, message) => {
    const error = refusal(buildTfjs(describeSequential('net', [input, convolution, layer]), weights));
    expect(error?.code).toBe('OPERATOR_UNSUPPORTED');
    expect(error?.message).toContain(message);
  });

  it.each<[string, LayerDraft, string]>([
    [
      'no size of its window',
      ['Conv2D', { name: 'conv', filters: 2 }],
      'Expected one or two whole numbers above 0 in field kernel_size of layer conv (Conv2D) of model.json, but found nothing.',
    ],
    [
      'a text for a number',
      ['Conv2D', { name: 'conv', filters: 'two', kernel_size: 1 }],
      'Expected number in field filters of layer conv (Conv2D) of model.json, but found "two".',
    ],
    [
      'more filters than weights',
      ['Conv2D', { name: 'conv', filters: 5, kernel_size: 1 }],
      'Expected a weight conv/kernel [1, 1, 3, 5] in field weightsManifest of model.json, but found [1, 1, 3, 2].',
    ],
    [
      'another name than its weights',
      ['Conv2D', { name: 'convolution', filters: 2, kernel_size: 1 }],
      'Expected a weight convolution/kernel [1, 1, 3, 2] in field weightsManifest of model.json, but found none.',
    ],
  ])('with a layer that has %s is refused by its field', (_, layer, message) => {
    const error = refusal(buildTfjs(describeSequential('net', [input, layer]), weights));
    expect(error?.code).toBe('BACKBONE_INVALID');
    expect(error?.message).toBe(message);
  });

  it.each([
    ['an open size', [null, null, null, 3]],
    ['grey pictures', [null, 28, 28, 1]],
    ['no picture', [null, 100]],
    ['nothing known', undefined],
  ])('is refused when its input is %s', (_, given) => {
    const layer: LayerDraft = ['InputLayer', { name: 'image', batch_input_shape: given }];
    const error = refusal(buildTfjs(describeSequential('net', [layer, convolution]), weights));
    expect(error?.message).toMatch(
      /^Expected one image input \[null, height, width, 3\] .* of layer image of model\.json, but found /,
    );
    expect(error?.hint).toContain('fixed input size');
  });
});

describe('a network of layers that name what they read', () => {
  const first = [['image', 0, 0]];
  const read = (name: string, node = 0): unknown => [[[name, node, 0, {}]]];
  const relu = (name: string, inbound: unknown): LayerDraft => ['ReLU', { name }, inbound];

  it.each<[string, readonly LayerDraft[], unknown, unknown, string]>([
    [
      'a circle',
      [relu('a', read('b')), relu('b', read('a'))],
      first,
      [['b', 0, 0]],
      'circle in field inbound_nodes',
    ],
    [
      'a layer that is missing',
      [relu('a', read('gone'))],
      first,
      [['a', 0, 0]],
      'a layer for the call gone:0',
    ],
    [
      'an output that is missing',
      [relu('a', read('image'))],
      first,
      [['gone', 0, 0]],
      'a layer gone in field output_layers',
    ],
    [
      'an input that is missing',
      [relu('a', read('image'))],
      [['gone', 0, 0]],
      [['a', 0, 0]],
      'a layer gone in field input_layers',
    ],
    ['no outputs', [relu('a', read('image'))], first, [], 'the names of layers in field output_layers'],
    ['a second result of a layer', [relu('a', read('image'))], first, [['a', 0, 1]], 'a result 1 of layer a'],
    [
      'two layers of one name',
      [relu('a', read('image')), relu('a', read('image'))],
      first,
      [['a', 0, 0]],
      'two called a',
    ],
  ])('is refused with %s', (_, layers, inputs, outputs, message) => {
    const error = refusal(buildTfjs(describeFunctional('net', [input, ...layers], inputs, outputs)));
    expect(error?.code).toBe('BACKBONE_INVALID');
    expect(error?.message).toContain(message);
  });

  it('gives an output once that two layers name', () => {
    const dropout: LayerDraft = ['Dropout', { name: 'drop' }, read('a')];
    const outputs = [
      ['drop', 0, 0],
      ['a', 0, 0],
    ];
    const network = describeFunctional('net', [input, relu('a', read('image')), dropout], first, outputs);
    const { model } = importTfjs(buildTfjs(network), 'model.json');
    expect(model.graph.outputs.map(({ name }) => name)).toEqual(['a']);
  });

  it('is refused when its input is an output', () => {
    const error = refusal(buildTfjs(describeFunctional('net', [input], first, first)));
    expect(error?.code).toBe('OPERATOR_UNSUPPORTED');
    expect(error?.message).toContain(
      'The input layer image in model.json has no layer between it and an output',
    );
  });

  it('is refused with two inputs', () => {
    const other: LayerDraft = ['InputLayer', { name: 'other', batch_input_shape: shape }];
    const add: LayerDraft = [
      'Add',
      { name: 'sum' },
      [
        [
          ['image', 0, 0],
          ['other', 0, 0],
        ],
      ],
    ];
    const inputs = [
      ['image', 0, 0],
      ['other', 0, 0],
    ];
    const error = refusal(buildTfjs(describeFunctional('net', [input, other, add], inputs, [['sum', 0, 0]])));
    expect(error?.message).toBe(
      'Expected one input in field input_layers of model.json, but found image, other.',
    );
  });

  it('is read however deep it is, and without what no output needs', () => {
    const layers = Array.from({ length: 15_000 }, (_, index) =>
      relu(`relu${index}`, read(index === 0 ? 'image' : `relu${index - 1}`)),
    ).reverse();
    const network = describeFunctional('net', [...layers, input], first, [['relu14998', 0, 0]]);
    const { model } = importTfjs(buildTfjs(network), 'model.json');
    expect(model.graph.nodes.map(({ name }) => name)).toEqual(
      Array.from({ length: 14_999 }, (_, index) => `relu${index}`),
    );
  });

  it('is refused when a layer reads more than a call can hold', () => {
    const many = Array.from({ length: 300_000 }, () => ['image', 0, 0]);
    const layers: LayerDraft[] = [input, ['Add', { name: 'sum' }, [many]]];
    const error = refusal(buildTfjs(describeFunctional('net', layers, first, [['sum', 0, 0]])));
    expect(error?.message).toContain('Add sum in model.json has 300000 inputs');
  });

  it('is refused when it calls a network inside it without end', () => {
    let inner = describeSequential('net0', [['ReLU', { name: 'relu' }]]) as {
      class_name: string;
      config: object;
    };
    for (let depth = 1; depth < 40; depth++) {
      const again: LayerDraft = [
        inner.class_name,
        { ...inner.config, name: 'again' },
        [read('image'), read('again')].flat(),
      ];
      inner = describeFunctional(`net${depth}`, [input, again], first, [['again', 1, 0]]) as typeof inner;
    }
    expect(refusal(buildTfjs(inner))?.message).toMatch(/^Expected at most 16 (networks|calls)/);
  });
});

function refusal(files: TfjsFiles): RegraftError | undefined {
  try {
    importTfjs(files, 'model.json');
    return undefined;
  } catch (error) {
    if (error instanceof RegraftError) return error;
    throw error;
  }
}
