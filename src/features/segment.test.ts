import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Int32, RecordBatchReader, Table, tableFromIPC, tableToIPC, vectorFromArray } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { decodeSegment, encodeSegment, readSegmentIndex } from './segment.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';
import { photoHash, rowsOf, tinyBackbone } from './testing/tiny-backbone.ts';

const { taps } = tinyBackbone;
const origin = { backbone: tinyBackbone.sha256, form: 'uint8', view: 'whole' };

describe('a segment', () => {
  it('gives back the photos and the exact values that were put in', () => {
    const rows = rowsOf([3, 1, 2]);
    rows.values[0]?.set([1e-38, -3.4e38, 1 / 3]);
    const decoded = decodeSegment(encodeSegment(rows, taps, origin), taps);
    expect(decoded.photos).toEqual(rows.photos);
    expect(decoded.sizes).toEqual(rows.sizes);
    expect(decoded.values.map((values) => [...values])).toEqual(rows.values.map((values) => [...values]));
  });

  it('gives some of the taps, in the order asked for', () => {
    const rows = rowsOf([7]);
    const [early, late] = taps;
    const bytes = encodeSegment(rows, taps, origin);
    expect([...(decodeSegment(bytes, [late!]).values[0] ?? [])]).toEqual([...(rows.values[1] ?? [])]);
    expect(decodeSegment(bytes, [late!, early!]).values.map(({ length }) => length)).toEqual([5, 3]);
  });

  it('refuses a tap that it lacks', () => {
    const bytes = encodeSegment(rowsOf([1]), taps, origin);
    expect(() => decodeSegment(bytes, [{ name: 'other', size: 3 }])).toThrow(/column other/);
    expect(() => decodeSegment(bytes, [{ name: 'early', size: 4 }])).toThrow(/rows of 4/);
  });

  it('is an Arrow table that other tools read: a hash and lists of float32, one row a photo', () => {
    const table = tableFromIPC(encodeSegment(rowsOf([1, 2]), taps, origin));
    expect(table.schema.fields.map(({ name, type }) => `${name}: ${String(type)}`)).toEqual([
      'photo: FixedSizeBinary[32]',
      'early: FixedSizeList[3]<Float32>',
      'late: FixedSizeList[5]<Float32>',
    ]);
    expect(table.schema.metadata.get('regraft.backbone')).toBe(tinyBackbone.sha256);
    const row = table.get(1)?.toJSON() as { photo: Uint8Array; late: Iterable<number> };
    expect(Buffer.from(row.photo).toString('hex')).toBe(photoHash(2));
    expect([...row.late]).toEqual([1002, 1002.01, 1002.02, 1002.03, 1002.04].map(Math.fround));
  });

  it('equal rows give equal bytes', () => {
    const encode = (): Buffer => Buffer.from(encodeSegment(rowsOf([4, 5]), taps, origin));
    expect(encode().equals(encode())).toBe(true);
  });

  it('tells its photos from its footer', async () => {
    const path = join(await temporaryFolder(), 'a.arrow');
    await writeFile(path, encodeSegment(rowsOf([8, 9]), taps, origin));
    expect(await readSegmentIndex(path, origin)).toEqual({
      photos: [photoHash(8), photoHash(9)],
      sizes: Uint32Array.of(16, 8, 18, 9),
    });
  });

  it.each<[string, () => Uint8Array | string]>([
    ['an empty file', () => ''],
    ['a file of another kind', () => 'path,label\n'],
    ['an Arrow stream', () => streamOf(encodeSegment(rowsOf([1]), taps, origin))],
    ['another Arrow file', () => tableToIPC(new Table({ a: vectorFromArray([1, 2], new Int32()) }), 'file')],
    [
      'the segment of another network',
      () => encodeSegment(rowsOf([1]), taps, { ...origin, backbone: 'other' }),
    ],
  ])('%s is refused', async (_, content) => {
    const path = join(await temporaryFolder(), 'a.arrow');
    await writeFile(path, content());
    await expect(readSegmentIndex(path, origin)).rejects.toThrow();
  });
});

function streamOf(file: Uint8Array): Uint8Array {
  return tableToIPC(new Table([...RecordBatchReader.from(file)]), 'stream');
}
