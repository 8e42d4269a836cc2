import { expect, it } from 'vitest';
import { formulaHead, tinyBackbone } from '../../test/fixtures/tiny-backbone.ts';
import { RegraftError } from '../errors.ts';
import { buildClassifier } from '../model/build-classifier.ts';
import { decodeModel } from './read.ts';
import { readHeader } from './read-header.ts';
import { encodeModel } from './write.ts';

const model = buildClassifier(tinyBackbone(), ['bottleneck'], formulaHead(16, ['Löwenzahn', '蒲公英', 'c']));
const bytes = encodeModel(model);

it('the head of a file says what its whole description says', () => {
  const whole = decodeModel(bytes, 'model.onnx');
  const header = readHeader(bytes, 'model.onnx');
  expect(header.metadata).toEqual(whole.metadata);
  expect(header.metadata['regraft.labels']).toContain('蒲公英');
  const values = ({ name, dims }: { name: string; dims: readonly (number | string)[] }): object => ({
    name,
    dims,
  });
  expect(header.inputs).toEqual(whole.graph.inputs.map(values));
  expect(header.outputs).toEqual(whole.graph.outputs.map(values));
  expect(header.outputs[0]?.dims).toEqual(['N', 3]);
  expect([...header.operators].sort()).toEqual([...new Set(whole.graph.nodes.map(({ op }) => op))].sort());
});

it.each([
  ['a page of HTML', new TextEncoder().encode('<!doctype html><title>Not found</title>')],
  ['no bytes', new Uint8Array(0)],
  ['the first half of a model', bytes.subarray(0, bytes.length >> 1)],
  ['zeros', new Uint8Array(64)],
])('%s is no model', (_, wrong) => {
  const read = (): unknown => readHeader(wrong, 'model.onnx');
  expect(read).toThrow(RegraftError);
  expect(read).toThrow(/^Expected an ONNX model in model\.onnx/);
});
