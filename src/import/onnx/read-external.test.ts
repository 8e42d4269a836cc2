import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { externalReader } from './read-external.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'regraft-external-'));
});
afterAll(() => rm(folder, { recursive: true }));

it('external data are read beside the ONNX file, once', async () => {
  await writeFile(join(folder, 'net.data'), Uint8Array.of(1, 2, 3));
  const read = externalReader(join(folder, 'net.onnx'));
  const bytes = read('net.data');
  expect([...bytes]).toEqual([1, 2, 3]);
  expect(read('net.data')).toBe(bytes);
});

it('external data that are not there are named with the file that wants them', () => {
  const path = join(folder, 'net.onnx');
  expect(() => externalReader(path)('gone.data')).toThrow(
    `Expected the external data gone.data beside ${path} but it cannot be read.`,
  );
});
