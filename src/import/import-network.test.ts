import { expect, it } from 'vitest';
import { importNetwork } from './import-network.ts';
import { buildTfjs, describeSequential, type LayerDraft } from './tfjs/testing/build-tfjs.ts';

const nothing = (): Promise<undefined> => Promise.resolve(undefined);
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

it.each([
  ['the letters TFL3', Uint8Array.of(8, 0, 0, 0, 0x54, 0x46, 0x4c, 0x33), 'a TensorFlow Lite network'],
  ['the first field of ONNX', Uint8Array.of(0x08, 0x08), 'an ONNX model'],
  ['the first field of a GraphDef', Uint8Array.of(0x0a, 0x7f), 'a TensorFlow frozen graph'],
  ['a JSON object', encode('{}'), 'modelTopology'],
])('a file whose name tells nothing is known by %s', async (_, bytes, kind) => {
  const imported = importNetwork({ bytes, name: 'weights.bin', beside: nothing });
  await expect(imported).rejects.toMatchObject({
    code: 'BACKBONE_INVALID',
    message: expect.stringContaining('weights.bin') as string,
  });
  await expect(imported).rejects.toThrow(new RegExp(kind.replace('.', '\\.'), 'i'));
});

it('a file of no known format is refused with the formats that there are', async () => {
  const file = { bytes: encode('GIF89a'), name: 'cat.gif', beside: nothing };
  await expect(importNetwork(file)).rejects.toMatchObject({
    message: 'Expected a network in cat.gif but found a file of another kind.',
    hint: 'Formats that can be imported: TensorFlow Lite, TensorFlow.js layers-model, ONNX, TensorFlow GraphDef.',
  });
});

const image: LayerDraft = ['InputLayer', { name: 'image', batch_input_shape: [null, 6, 5, 3] }];
const conv: LayerDraft = ['Conv2D', { name: 'conv', filters: 2, kernel_size: 3, use_bias: false }];
const tfjs = buildTfjs(describeSequential('net', [image, conv]), { 'conv/kernel': [3, 3, 3, 2] });

it('files beside the network are fetched when it asks for them, each once', async () => {
  const asked: string[] = [];
  const beside = (path: string): Promise<Uint8Array | undefined> => {
    asked.push(path);
    return Promise.resolve(path === 'weights.bin' ? tfjs.read(path) : undefined);
  };
  const { model } = await importNetwork({ bytes: encode(tfjs.json), name: 'model.json', beside });
  expect(model.graph.nodes.map(({ op }) => op)).toEqual(['Conv']);
  expect(asked).toEqual(['metadata.json', 'weights.bin']);
});

it('a file that is not there is named', async () => {
  const file = { bytes: encode(tfjs.json), name: 'model.json', beside: nothing };
  await expect(importNetwork(file)).rejects.toMatchObject({
    code: 'BACKBONE_INVALID',
    message: 'Expected the weights weights.bin beside model.json but found none.',
  });
});
