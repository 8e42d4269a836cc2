import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { z } from 'zod';
import { replaceFile } from '../../atomic-file.ts';

/** One view of one photo. */
export interface ActivationRow {
  /** SHA-256 of the photo's bytes, hexadecimal. */
  readonly photo: string;
  readonly view: string;
  /** Size of the photo in pixels, upright. */
  readonly width: number;
  readonly height: number;
  readonly bytes: Uint8Array;
}

const rowSchema = z.strictObject({
  photo: z.string(),
  view: z.string(),
  width: z.number(),
  height: z.number(),
  /** Of the row's bytes. */
  sha256: z.string(),
});
const indexSchema = z.strictObject({
  /** What the rows are of: names of the network, its form, its cut and its type. */
  origin: z.string(),
  rowBytes: z.number(),
  rows: z.array(rowSchema),
});

/** What a segment holds: its rows in their order. */
export type SegmentIndex = z.infer<typeof indexSchema>;

const hashBytes = 32;
const lengthBytes = 4;

/**
 * Writes rows as a segment: one row after the other, then the index as JSON, the index' length (uint32, little-endian) and its SHA-256. To a temporary file, synced and renamed.
 *
 * @throws RegraftError `OUT_OF_DISK` or `NOT_WRITABLE`.
 */
export async function writeSegment(
  path: string,
  origin: string,
  rowBytes: number,
  rows: readonly ActivationRow[],
): Promise<SegmentIndex> {
  const index: SegmentIndex = {
    origin,
    rowBytes,
    rows: rows.map(({ bytes, ...row }) => ({ ...row, sha256: sha256(bytes).toString('hex') })),
  };
  const text = Buffer.from(JSON.stringify(index));
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32LE(text.length);
  await replaceFile(path, async (file) => {
    for (const piece of [...rows.map(({ bytes }) => bytes), text, length, sha256(text)]) {
      await file.writeFile(piece);
    }
  });
  return index;
}

/** Reads what a segment holds, without its rows. Throws an Error for another file, a damaged one, or one of another origin. */
export async function readSegmentIndex(
  file: FileHandle,
  origin: string,
  rowBytes: number,
): Promise<SegmentIndex> {
  const { size } = await file.stat();
  const ending = await readBytes(file, size - lengthBytes - hashBytes, lengthBytes + hashBytes);
  const length = ending.readUInt32LE();
  const start = size - lengthBytes - hashBytes - length;
  const text = await readBytes(file, start, length);
  if (!sha256(text).equals(ending.subarray(lengthBytes))) throw new Error('expected an index that is whole');
  const index = indexSchema.parse(JSON.parse(text.toString()));
  if (index.origin !== origin || index.rowBytes !== rowBytes || index.rows.length * rowBytes !== start) {
    throw new Error(`expected rows of ${origin}`);
  }
  return index;
}

/** Reads one row; undefined when its bytes are not those that were written. */
export async function readRow(
  file: FileHandle,
  { rowBytes, rows }: SegmentIndex,
  row: number,
): Promise<Uint8Array | undefined> {
  const bytes = await readBytes(file, row * rowBytes, rowBytes);
  return sha256(bytes).toString('hex') === rows[row]?.sha256 ? bytes : undefined;
}

async function readBytes(file: FileHandle, position: number, length: number): Promise<Buffer> {
  if (position < 0) throw new Error('expected more bytes');
  const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(length), 0, length, position);
  if (bytesRead < length) throw new Error('expected more bytes');
  return buffer;
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
