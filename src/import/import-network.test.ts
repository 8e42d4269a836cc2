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

it.each([
  ['network.pb', Uint8Array.of(0x08, 0x08), 'a TensorFlow frozen graph'],
  ['network.onnx', Uint8Array.of(0x0a, 0x7f), 'an ONNX model'],
])('the name %s counts before the first byte', async (name, bytes, kind) => {
  await expect(importNetwork({ bytes, name, beside: nothing })).rejects.toMatchObject({
    code: 'BACKBONE_INVALID',
    message: expect.stringContaining(`Expected ${kind} in ${name}`) as string,
  });
});

const hdf5 = Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0);
const tensors = Uint8Array.of(8, 4, 0, 0, 0, 0, 0, 0, ...encode('{"__metadata__"'));
const saved = Uint8Array.of(0x08, 0x01, 0x12, 0x80, 0x01, 0x0a);

it.each([
  ['saved_model.pb', saved, 'a TensorFlow SavedModel', 'tf.lite.TFLiteConverter.from_saved_model'],
  ['renamed.pb', saved, 'a TensorFlow SavedModel', 'tf.lite.TFLiteConverter.from_saved_model'],
  ['fingerprint.pb', Uint8Array.of(0x08, 0x89), 'a TensorFlow SavedModel', 'freeze its graph'],
  ['keras_metadata.pb', Uint8Array.of(0x0a, 0x7f), 'a TensorFlow SavedModel', 'freeze its graph'],
  ['network.h5', hdf5, 'an HDF5 file, as Keras writes it', 'model.export('],
  ['weights.bin', hdf5, 'an HDF5 file, as Keras writes it', 'model.export('],
  ['network.h5', encode('version https://git-lfs'), 'a Keras file', 'model.export('],
  ['network.PTH', Uint8Array.of(0x80, 0x02), 'a PyTorch file', 'torch.onnx.export('],
  ['pytorch_model.bin', Uint8Array.of(0x80, 0x02), 'a PyTorch file', 'torch.onnx.export('],
  ['weights.bin', tensors, 'a safetensors file, which holds weights without their layers', 'torch.onnx.'],
  ['model.safetensors', encode('cut'), 'a safetensors file, which holds', 'torch.onnx.export('],
])('%s, which has to be exported first, is refused with how', async (name, bytes, kind, remedy) => {
  await expect(importNetwork({ bytes, name, beside: nothing })).rejects.toMatchObject({
    code: 'BACKBONE_INVALID',
    message: expect.stringContaining(`Expected a network in ${name} but found ${kind}`) as string,
    hint: expect.stringContaining(remedy) as string,
  });
});

it('a frozen graph may be called saved_model.pb', async () => {
  const file = { bytes: Uint8Array.of(0x0a, 0x7f), name: 'saved_model.pb', beside: nothing };
  await expect(importNetwork(file)).rejects.toThrow('Expected a TensorFlow frozen graph in saved_model.pb');
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
