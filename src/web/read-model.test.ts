import { expect, it } from 'vitest';
import { drawModel } from '../../test/browser/draw-model.ts';
import { formulaHead } from '../../test/fixtures/tiny-backbone.ts';
import { RegraftError } from '../errors.ts';
import { buildHeadOnly } from '../model/build-classifier.ts';
import { decodeModel } from '../onnx/read.ts';
import { encodeModel } from '../onnx/write.ts';
import { readModel } from './read-model.ts';

const owned = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => Uint8Array.from(bytes);
const bytes = owned(drawModel({ labels: ['Löwenzahn', '蒲公英', 'c'], unknownAbove: 1.5 }));

async function failure(of: Uint8Array): Promise<RegraftError> {
  const error: unknown = await readModel(owned(of), 'model.onnx').then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof RegraftError)) throw new Error('expected a RegraftError', { cause: error });
  return error;
}

it('a model file says its labels, the fit of its photos, and that it is quantised', async () => {
  const model = await readModel(bytes, 'model.onnx');
  expect(model.metadata.labels).toEqual(['Löwenzahn', '蒲公英', 'c']);
  expect(model.metadata.unknown?.threshold).toBe(1.5);
  expect(model.fit).toEqual({ width: 32, height: 32, resize: 'stretch', crop: 1, kernel: 'bilinear' });
  expect(model.input).toBe('image');
  expect(model.isQuantized).toBe(true);
});

it('one changed byte anywhere breaks the seal', async () => {
  for (const at of [bytes.length >> 1, bytes.length - 200, bytes.length - 1, bytes.length - 70]) {
    const damaged = bytes.slice();
    damaged[at]! ^= 1;
    const { code } = await failure(damaged);
    expect({ at, code }).toEqual({ at, code: 'MODEL_INVALID' });
  }
});

it('a file that another tool wrote anew, without a seal, passes', async () => {
  const { 'regraft.sha256': seal, ...metadata } = decodeModel(bytes, 'model.onnx').metadata;
  expect(seal).toHaveLength(64);
  const again = encodeModel({ ...decodeModel(bytes, 'model.onnx'), metadata });
  expect((await readModel(owned(again), 'model.onnx')).metadata.labels).toHaveLength(3);
});

it('what is no classifier is refused as under Node', async () => {
  expect(await failure(encodeModel(buildHeadOnly(8, formulaHead(8, ['a', 'b']))))).toMatchObject({
    code: 'NOT_A_CLASSIFIER',
  });
  const model = decodeModel(bytes, 'model.onnx');
  const other = encodeModel({ ...model, metadata: {} });
  expect(await failure(other)).toMatchObject({
    code: 'MODEL_INVALID',
    message: expect.stringContaining('another ONNX model') as string,
  });
  // Sealed by its own hash no more, so without that pair.
  const pairs = Object.fromEntries(
    Object.entries(model.metadata).filter(([key]) => key !== 'regraft.sha256'),
  );
  const labels = encodeModel({ ...model, metadata: { ...pairs, 'regraft.labels': '["a","b"]' } });
  expect(await failure(labels)).toMatchObject({
    message: expect.stringContaining('does not fit its 2 labels') as string,
  });
  expect(await failure(new TextEncoder().encode('<!doctype html>'))).toMatchObject({ code: 'MODEL_INVALID' });
});
