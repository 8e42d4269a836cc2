import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { type ExportBatch, writeArrowFile } from './arrow-file.ts';
import { filesBelow, temporaryFolder } from './testing/temporary-folder.ts';
import { photoHash, rowsOf, tinyBackbone } from './testing/tiny-backbone.ts';

const origin = { backbone: tinyBackbone.sha256, form: 'uint8', view: 'whole' };

function batchOf(numbers: readonly number[]): ExportBatch {
  return {
    ...rowsOf(numbers),
    paths: numbers.map((number) => `花/${number}.jpg`),
    labels: numbers.map((number) => (number % 2 === 0 ? 'even' : 'odd')),
  };
}

async function* batches(...all: ExportBatch[]): AsyncGenerator<ExportBatch> {
  for (const batch of all) yield await Promise.resolve(batch);
}

describe('an Arrow file of features', () => {
  it('holds path, label, hash and every tap, over all batches', async () => {
    const path = join(await temporaryFolder(), 'new folder', 'f.arrow');
    await writeArrowFile(path, tinyBackbone.taps, origin, batches(batchOf([1, 2, 3]), batchOf([4])));
    const table = tableFromIPC(await readFile(path));
    expect(table.schema.fields.map(({ name }) => name)).toEqual(['path', 'label', 'photo', 'early', 'late']);
    expect(table.schema.metadata.get('regraft.form')).toBe('uint8');
    expect(table.numRows).toBe(4);
    [1, 2, 3, 4].forEach((number, index) => {
      const row = table.get(index)?.toJSON() as Record<string, unknown>;
      expect(row.path).toBe(`花/${number}.jpg`);
      expect(row.label).toBe(number % 2 === 0 ? 'even' : 'odd');
      expect(Buffer.from(row.photo as Uint8Array).toString('hex')).toBe(photoHash(number));
      const [early, late] = rowsOf([number]).values;
      expect([...(row.early as Iterable<number>)]).toEqual([...early!]);
      expect([...(row.late as Iterable<number>)]).toEqual([...late!]);
    });
  });

  it('without rows still tells its columns', async () => {
    const path = join(await temporaryFolder(), 'f.arrow');
    await writeArrowFile(path, tinyBackbone.taps, origin, batches());
    const table = tableFromIPC(await readFile(path));
    expect(table.numRows).toBe(0);
    expect(table.schema.fields).toHaveLength(5);
  });

  it('replaces an older one only when it is complete', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'f.arrow');
    await writeFile(path, 'older');
    const failing = async function* (): AsyncGenerator<ExportBatch> {
      yield await Promise.resolve(batchOf([1]));
      throw new Error('the disk with the photos is gone');
    };
    await expect(writeArrowFile(path, tinyBackbone.taps, origin, failing())).rejects.toThrow('is gone');
    expect(await filesBelow(folder)).toEqual([path]);
    expect(await readFile(path, 'utf8')).toBe('older');
  });

  it.each([
    ['below a file', 'file/f.arrow'],
    ['where a folder is', '.'],
  ])('%s is a clear error', async (_, place) => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'file'), 'mine');
    await expect(
      writeArrowFile(join(folder, place), tinyBackbone.taps, origin, batches(batchOf([1]))),
    ).rejects.toMatchObject({ code: 'NOT_WRITABLE' });
  });
});
