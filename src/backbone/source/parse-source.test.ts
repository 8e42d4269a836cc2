import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isSource, parseSource } from './parse-source.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';
import { formatSource, type WeightsSource } from './weights-source.ts';

const sha256 = '0123456789abcdef'.repeat(4);

test.each<[string, WeightsSource]>([
  ['npm:net@1.2.3#a/b.lite', { type: 'npm', package: 'net', version: '1.2.3', path: 'a/b.lite' }],
  [
    'npm:@scope/net@1.2.3-beta.1#model.json',
    { type: 'npm', package: '@scope/net', version: '1.2.3-beta.1', path: 'model.json' },
  ],
  [
    'hf:timm/resnet18.a1_in1k@main#model.onnx',
    { type: 'hf', repo: 'timm/resnet18.a1_in1k', revision: 'main', path: 'model.onnx' },
  ],
  [
    'hf:o/r@refs/pr/1#onnx/my model.onnx',
    { type: 'hf', repo: 'o/r', revision: 'refs/pr/1', path: 'onnx/my model.onnx' },
  ],
  ['https://host.org/a.onnx?x=1', { type: 'https', url: 'https://host.org/a.onnx?x=1' }],
  [
    'https://host.org/a.zip#b/100%25.pb',
    { type: 'https', url: 'https://host.org/a.zip', inside: 'b/100%.pb' },
  ],
  ['http://127.0.0.1:8080/a', { type: 'https', url: 'http://127.0.0.1:8080/a' }],
  ['models/a.onnx', { type: 'local', path: 'models/a.onnx' }],
  ['a.tgz#b/c.pb', { type: 'local', path: 'a.tgz', inside: 'b/c.pb' }],
  ['C:\\models\\a.ZIP#c.pb', { type: 'local', path: 'C:\\models\\a.ZIP', inside: 'c.pb' }],
  ['b#1.onnx', { type: 'local', path: 'b#1.onnx' }],
])('%s is read, with and without a pin, and written the same', (text, source) => {
  expect(parseSource(text)).toEqual(source);
  expect(formatSource(source)).toBe(text);
  const pinned = `${text}${/#(?!1)/.test(text) ? '&' : '#'}sha256=${sha256}`;
  expect(parseSource(pinned)).toEqual({ ...source, sha256 });
  expect(formatSource({ ...source, sha256 })).toBe(pinned);
});

test('a revision left out is main, and a page of the hub is its source', () => {
  expect(formatSource(parseSource('hf:o/r#m.onnx'))).toBe('hf:o/r@main#m.onnx');
  const page = 'https://huggingface.co/o/r/blob/refs%2Fpr%2F1/onnx/my%20m.onnx';
  expect(formatSource(parseSource(page))).toBe('hf:o/r@refs/pr/1#onnx/my m.onnx');
  expect(formatSource(parseSource(`npm:a@1.0.0#b#sha256=${sha256.toUpperCase()}`))).toBe(
    `npm:a@1.0.0#b&sha256=${sha256}`,
  );
});

test.each([
  ['npm:net#a', 'expected an exact version such as @1.2.3, found ""'],
  ['npm:net@^1.0.0#a', 'expected an exact version'],
  ['npm:net@latest#a', 'expected an exact version'],
  ['npm:--registry=x@1.0.0#a', 'is no name of a package'],
  ['npm:net@1.2.3', 'expected the path of the file in the package after #, found none'],
  ['npm:net@1.2.3#../a', 'without ".."'],
  ['hf:resnet#a', 'expected <owner>/<name>'],
  ['hf:o/r', 'expected the path of the file in the repository'],
  ['hf:o/r@../x#a', 'is no name of a revision'],
  ['hf:o/r#a/../../b', 'without ".."'],
  ['hf:o/r#/etc/passwd', 'without ".."'],
  ['hf:o/r#a\\b', 'without ".."'],
  ['http://host.org/a', 'expected an https address'],
  ['https://', 'it is no address'],
  ['https://user:secret@host.org/a', 'user and a password'],
  ['https://host.org/a.zip#%zz', 'broken % code'],
  ['https://host.org/a.zip#a/%2e%2e/b', 'without ".."'],
  ['s3://bucket/a', '"s3:" is no place'],
  ['a.zip#C:/b', 'without ".."'],
  ['', 'it names no file'],
  ['a.onnx#sha256=12', 'expected 64 hexadecimal digits after sha256=, found "12"'],
])('%s is refused, and the forms are shown', (text, reason) => {
  expect(() => parseSource(text)).toThrow(
    expect.objectContaining({
      code: 'INVALID_OPTION',
      message: expect.stringContaining(reason) as string,
      hint: expect.stringContaining('hf:<owner>/<name>') as string,
    }),
  );
});

test('a name with a "#" or a ":" that exists as a file is that file', async () => {
  const folder = await temporaryFolder();
  const [archive, colon] = [join(folder, 'a.zip#b'), join(folder, 'ab:c')];
  await Promise.all([writeFile(archive, ''), writeFile(colon, '')]);
  expect(parseSource(archive)).toEqual({ type: 'local', path: archive });
  expect(parseSource(colon)).toEqual({ type: 'local', path: colon });
});

test('sources and ids of the catalogue are told apart', async () => {
  const folder = await temporaryFolder();
  const sources = ['npm:x', 's3://x', './x', 'a\\b', 'net.onnx', 'NET.TAR.GZ', 'x#y', folder];
  expect(sources.filter((text) => !isSource(text))).toEqual([]);
  expect(['inception-v3', 'mobilenet-v2-1.0', 'no such'].filter(isSource)).toEqual([]);
});
