import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { failAtEachWrite } from '../../test/support/fail-at-each-write.ts';
import { addWeights } from './add.ts';
import type { CatalogueEntry } from './catalogue-entry.ts';
import { fetchFromNpm } from './npm-package.ts';
import { packFiles, startRegistry } from './testing/registry.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';
import { ensureWeights } from './weights.ts';
import { weightsPath } from './weights-file.ts';

const weights = randomBytes(200_000);
const entry: CatalogueEntry = {
  id: 'small',
  title: 'Small network',
  file: {
    sha256: createHash('sha256').update(weights).digest('hex'),
    bytes: weights.length,
    extension: 'tflite',
  },
  sources: [{ type: 'npm', package: 'small-network', version: '1.2.3', path: 'small.lite' }],
  licence: 'MIT',
  origin: 'A test.',
  inputSize: 8,
  featureSize: 4,
  preprocess: {},
};

/** Empties a disk before each try. */
async function makeDisk(): Promise<{ disk: string; clear: () => Promise<void> }> {
  const disk = join(await temporaryFolder(), 'disk');
  const clear = async (): Promise<void> => {
    await rm(disk, { recursive: true, force: true });
    await mkdir(disk);
  };
  await clear();
  return { disk, clear };
}

const nothing = (): Promise<void> => Promise.resolve();

test('a disk that is full at any write of a download is a clear error; nothing is left, and the next try passes', async () => {
  const { disk, clear } = await makeDisk();
  const { env } = await startRegistry('small-network', '1.2.3', { 'small.lite': weights });
  const calls = await failAtEachWrite(disk, clear, () => ensureWeights(entry, { home: disk, env }), nothing);
  for (const call of ['mkdtemp', 'mkdir', 'open', 'handle.sync', 'rename']) expect(calls).toContain(call);
  expect(calls.some((name) => name.startsWith('write'))).toBe(true);
  expect(await readFile(weightsPath(entry, disk))).toEqual(weights);
});

test.each(['small.lite', 'package.tgz'])('so is one that is full while %s is added by hand', async (name) => {
  const { disk, clear } = await makeDisk();
  const file = join(await temporaryFolder(), name);
  const archive = await packFiles({ 'small.lite': weights });
  await writeFile(file, name.endsWith('.tgz') ? await readFile(archive) : weights);
  const add = (): Promise<unknown> => addWeights(file, { home: disk, entries: [entry] });
  const calls = await failAtEachWrite(disk, clear, add, nothing);
  expect(calls).toContain(name.endsWith('.tgz') ? 'open' : 'copyFile');
  expect(await readFile(weightsPath(entry, disk))).toEqual(weights);
});

test("npm's own report of a full disk is the same error", async () => {
  const folder = await temporaryFolder();
  const script = join(folder, 'npm.mjs');
  const report = JSON.stringify({ error: { code: 'ENOSPC', summary: 'no space left on device, write' } });
  await writeFile(script, `process.stdout.write(${JSON.stringify(report)}); process.exitCode = 1;`);
  const command = { file: process.execPath, args: [script], shell: false };
  await expect(
    fetchFromNpm({ package: 'small-network', version: '1.2.3' }, folder, { command }),
  ).rejects.toMatchObject({ code: 'OUT_OF_DISK', message: expect.stringContaining(folder) as string });
});
