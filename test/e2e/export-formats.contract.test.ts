import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportFormats } from '../../src/export/formats.ts';
import { findBrowser } from '../../src/export/web-browser.ts';
import { readGoldenFile } from '../../src/import/onnx/testing/golden-networks.ts';
import { exportModel, exportRecordSchema, train } from '../../src/index.ts';
import { removeFolder, temporaryFolder } from '../support/home.ts';
import { drawDataset, put } from '../support/photos.ts';

// What every format of formats.ts must hold to. Its own tests say what it is good for.
const browser = await findBrowser().catch(() => undefined);
const isSkipped = (format: string): boolean =>
  format === 'web' && browser === undefined && process.env.REGRAFT_TEST_ALL !== '1';

let root: string;
const at = (...parts: string[]): string => join(root, ...parts);

beforeAll(async () => {
  root = await temporaryFolder();
  await drawDataset(at('shapes'), 12);
  await put(at('network.onnx'), readGoldenFile('resnet-classic-17.onnx'));
  await train(at('shapes'), {
    home: at('home'),
    out: at('model'),
    backbone: at('network.onnx'),
    scaling: 'imagenet',
  });
});
afterAll(() => removeFolder(root));

it('formats have names of their own', () => {
  const names = exportFormats.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

describe.each(exportFormats.map((format) => [format.name, format] as const))(
  'the format %s',
  (name, format) => {
    const options = (out: string) => ({ to: name, home: at('home'), out: at(out), workers: 1 });

    it('is described by one line that fits into a list', () => {
      expect(name).toMatch(/^[a-z][a-z0-9-]*$/);
      expect(format.describe).toMatch(/^\S[^\n]*[^.\n]$/);
      expect(format.runtime()).toMatch(/\d+\.\d+\.\d+/);
    });

    it.skipIf(isSkipped(name))(
      'answers nearly as the model, and records its files and no others',
      async () => {
        const { record, folder } = await exportModel(at('model'), options(name));
        expect(exportRecordSchema.parse(record)).toEqual(record);
        expect(record).toMatchObject({ format: name, runtime: format.runtime(), model: { name: 'model' } });
        expect(record.test.unreadable).toBe(0);
        expect(record.test.photos).toBeGreaterThanOrEqual(4);
        // A small network of random weights on 8-bit integers is the farthest, 0.11; a broken graph would be off by much more.
        expect(record.test.largestDifference).toBeLessThan(0.2);
        const entries = await readdir(folder, { recursive: true, withFileTypes: true });
        const files = entries
          .filter((entry) => entry.isFile())
          .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
        expect(files.sort()).toEqual(['export.json', ...record.files.map(({ path }) => path)].sort());
        for (const { path, sha256, bytes } of record.files) {
          const content = await readFile(join(folder, path));
          expect([path, createHash('sha256').update(content).digest('hex')]).toEqual([path, sha256]);
          expect(content).toHaveLength(bytes);
        }
        // Paths of this machine are private: the files may be published.
        expect(await readFile(join(folder, 'export.json'), 'utf8')).not.toContain(root);
      },
    );

    it.skipIf(isSkipped(name))('gives the same bytes again, in the place of those before', async () => {
      const first = await exportModel(at('model'), options(`${name}-again`));
      const second = await exportModel(at('model'), options(`${name}-again`));
      expect(second.record.files).toEqual(first.record.files);
    });

    it('leaves nothing behind when it is cancelled while it works', async () => {
      const controller = new AbortController();
      const run = exportModel(at('model'), {
        ...options(`${name}-cancelled`),
        signal: controller.signal,
        onProgress: (event) => event.type === 'start' && event.stage === 'export' && controller.abort(),
      });
      await expect(run).rejects.toMatchObject({ code: 'CANCELLED' });
      expect(await readdir(root)).not.toContain(`${name}-cancelled`);
    });

    it('takes an operator set only where it can choose one', async () => {
      const run = exportModel(at('model'), { ...options(`${name}-set`), opset: 13 });
      if (format.takesOpset) expect((await run).record.opset).toBe(13);
      else await expect(run).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    });
  },
);
