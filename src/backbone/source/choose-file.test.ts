import { expect, it } from 'vitest';
import { chooseNetworkFile } from './choose-file.ts';

it('the only network is chosen, whatever lies beside it', () => {
  expect(chooseNetworkFile(['metadata.json', 'model.json', 'weights.bin'], 'export.zip')).toBe('model.json');
  expect(chooseNetworkFile(['onnx/model.onnx', 'config.json'], 'repo')).toBe('onnx/model.onnx');
  expect(chooseNetworkFile(['__MACOSX/model.json', 'tm/model.json'], 'export.zip')).toBe('tm/model.json');
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
