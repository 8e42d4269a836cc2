import { describe, expect, it } from 'vitest';
import { importTfjs } from './import-tfjs.ts';
import { readTeachableMachine } from './teachable-machine.ts';
import { goldenFiles, type GoldenNetwork, readGoldenNetworks } from './testing/golden-networks.ts';

const golden = readGoldenNetworks('tfjs-layers.json').networks.find(
  ({ name }) => name === 'teachable-machine',
) as GoldenNetwork;
// As Teachable Machine 2.4.7 writes it.
const metadata = {
  tfjsVersion: '1.3.1',
  tmVersion: '2.4.7',
  packageVersion: '0.8.4-alpha2',
  packageName: '@teachablemachine/image',
  timeStamp: '2024-05-29T12:42:00.735Z',
  userMetadata: {},
  modelName: 'tm-my-image-model',
  labels: ['Super Mario', 'Döös', '猫'],
  imageSize: 224,
};

describe('the metadata.json of Teachable Machine', () => {
  it('gives labels and what its library does to photos', () => {
    expect(readTeachableMachine(JSON.stringify(metadata), 'my_model')).toEqual({
      labels: ['Super Mario', 'Döös', '猫'],
      width: 224,
      height: 224,
      resize: 'crop',
      crop: 1,
      kernel: 'bilinear',
      scaling: { order: 'RGB', mean: [127, 127, 127], std: [127, 127, 127] },
    });
  });

  it('means 224 pixels where it says no size, as in its first versions', () => {
    const older = { ...metadata, imageSize: undefined };
    expect(readTeachableMachine(JSON.stringify(older), 'my_model')).toMatchObject({
      width: 224,
      height: 224,
    });
  });

  it.each([
    ['of poses', { packageName: '@teachablemachine/pose' }, 'field packageName'],
    [
      'without labels',
      { labels: undefined },
      'Expected array in field labels of metadata.json of my_model, but found nothing',
    ],
    ['of grey pictures', { grayscale: true }, 'field grayscale'],
    ['with a size that is none', { imageSize: 'large' }, 'field imageSize'],
  ])('is refused when it is %s', (_, change, message) => {
    expect(() => readTeachableMachine(JSON.stringify({ ...metadata, ...change }), 'my_model')).toThrow(
      message,
    );
  });

  it('is refused when it is no JSON', () => {
    expect(() => readTeachableMachine('<html>', 'my_model')).toThrow(
      'Expected JSON in the metadata.json of my_model',
    );
  });
});

describe('a Teachable Machine export', () => {
  it('becomes one network with labels and preprocessing', () => {
    const { model, ...network } = importTfjs(
      { ...goldenFiles(golden), metadata: JSON.stringify({ ...metadata, imageSize: 16 }) },
      'my_model/model.json',
    );
    expect(network).toMatchObject({
      layout: 'NCHW',
      form: 'float32',
      labels: metadata.labels,
      preprocess: { width: 16, height: 16, resize: 'crop', scaling: { mean: [127, 127, 127] } },
    });
    expect(model.graph.inputs).toEqual([{ name: 'input_1', type: 'float32', dims: ['N', 3, 16, 16] }]);
    expect(model.graph.outputs).toMatchObject([{ type: 'float32', dims: ['N', 3] }]);
    // The padding before the first convolution is its own, and the layers of inner networks have their own names.
    const names = model.graph.nodes.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['Conv1', 'Conv1_relu', 'block_depthwise', 'out_relu']));
    expect(model.graph.nodes.find(({ name }) => name === 'Conv1')?.attributes.pads).toEqual({
      ints: [0, 0, 1, 1],
    });
  });

  it('is refused when its labels are not as many as its classes', () => {
    const files = { ...goldenFiles(golden), metadata: JSON.stringify({ ...metadata, labels: ['a', 'b'] }) };
    expect(() => importTfjs(files, 'model.json')).toThrow(
      'Expected a label for each of the 3 classes of model.json, but found 2 in field labels of its metadata.json.',
    );
  });
});

it('a Teachable Machine export is refused when its photos have another size than its network', () => {
  expect(() =>
    importTfjs({ ...goldenFiles(golden), metadata: JSON.stringify(metadata) }, 'model.json'),
  ).toThrow(
    'Expected 16 × 16 pixels in field imageSize of metadata.json of model.json, but found 224: the network takes the former.',
  );
});

describe('the preprocessing of a layers-model', () => {
  const networks = readGoldenNetworks('tfjs-layers.json').networks;
  const preprocessOf = (name: string): unknown =>
    importTfjs(goldenFiles(networks.find((network) => network.name === name) as GoldenNetwork), 'model.json')
      .preprocess;

  it('is none but the pixels themselves where the network scales them itself', () => {
    expect(preprocessOf('quantised')).toEqual({ scaling: { order: 'RGB', mean: [0, 0, 0], std: [1, 1, 1] } });
  });

  it('is left open where the file does not tell', () => {
    expect(preprocessOf('windows')).toEqual({});
    expect(preprocessOf('activations')).toEqual({});
  });
});
