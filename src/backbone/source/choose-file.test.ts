import { expect, it } from 'vitest';
import { chooseNetworkFile } from './choose-file.ts';

it('the only network is chosen, whatever lies beside it', () => {
  expect(chooseNetworkFile(['metadata.json', 'model.json', 'weights.bin'], 'export.zip')).toBe('model.json');
  expect(chooseNetworkFile(['onnx/model.onnx', 'config.json'], 'repo')).toBe('onnx/model.onnx');
  expect(chooseNetworkFile(['__MACOSX/model.json', 'tm/model.json'], 'export.zip')).toBe('tm/model.json');
});

it.each([
  ['a TensorFlow SavedModel', ['fingerprint.pb', 'saved_model.pb', 'variables/variables.index']],
  ['a PyTorch file', ['net/data.pkl', 'net/version']],
  ['a Keras file', ['config.json', 'metadata.json', 'model.weights.h5']],
  ['a safetensors file, which holds weights without their layers', ['config.json', 'model.safetensors']],
])('%s, in its parts, is refused with how to export it', (kind, files) => {
  expect(() => chooseNetworkFile(files, 'network')).toThrow(
    expect.objectContaining({
      code: 'BACKBONE_INVALID',
      message: `Expected a network in network but found ${kind}.`,
      hint: expect.stringMatching(/export|Convert/) as string,
    }),
  );
});

it('beside a network, parts of a SavedModel and files of other programs are passed over', () => {
  const files = ['keras_metadata.pb', 'model.safetensors', 'onnx/model.onnx', 'saved_model.pb'];
  expect(chooseNetworkFile(files, 'repo')).toBe('onnx/model.onnx');
});

it('none and several are refused by name', () => {
  expect(() => chooseNetworkFile(['readme.md'], 'folder')).toThrow(
    expect.objectContaining({
      code: 'BACKBONE_INVALID',
      message: 'Expected a network in folder but found none.',
    }),
  );
  expect(() => chooseNetworkFile(['a.onnx', 'b.pb'], 'folder')).toThrow(
    expect.objectContaining({
      code: 'INVALID_OPTION',
      message: 'Expected one network in folder but found 2: a.onnx, b.pb.',
    }),
  );
});
