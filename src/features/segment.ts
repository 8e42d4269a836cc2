import { open } from 'node:fs/promises';
import {
  Field,
  FixedSizeBinary,
  FixedSizeList,
  Float32,
  makeData,
  RecordBatch,
  RecordBatchReader,
  Schema,
  Struct,
  Table,
  tableFromIPC,
  tableToIPC,
} from 'apache-arrow';

/** The shape of one tap's values in a segment. */
export interface SegmentTap {
  readonly name: string;
  readonly size: number;
}

/** Which network, numeric form and view the rows of a segment come from. */
export interface SegmentOrigin {
  readonly backbone: string;
  readonly form: string;
  readonly view: string;
}

/** Feature rows of some photos: all taps of one network. */
export interface Segment {
  /** SHA-256 of each photo's bytes, hexadecimal. */
  readonly photos: readonly string[];
  /** Width and height of each photo in pixels, upright: `[photos, 2]`. */
  readonly sizes: Uint32Array;
  /** By tap, in the taps' order: float32 `[photos, size]`. */
  readonly values: readonly Float32Array[];
}

/** What a segment's footer tells of its rows. */
export type SegmentIndex = Pick<Segment, 'photos' | 'sizes'>;

const photosKey = 'regraft.photos';
const sizesKey = 'regraft.sizes';

/**
 * Encodes rows as an Arrow IPC file: a column `photo` (SHA-256) and a list column for each tap. The file's metadata names the
 * origin, repeats the photos and tells their sizes, so that a reader learns what a file holds from its footer alone.
 */
export function encodeSegment(
  segment: Segment,
  taps: readonly SegmentTap[],
  origin: SegmentOrigin,
): Uint8Array {
  const rows = segment.photos.length;
  const hashes = Buffer.from(segment.photos.join(''), 'hex');
  const fields = [
    new Field('photo', new FixedSizeBinary(32), false),
    ...taps.map(({ name, size }) => new Field(name, listOf(size), false)),
  ];
  const metadata = new Map([
    ...originEntries(origin),
    [photosKey, hashes.toString('base64')],
    [sizesKey, encodeSizes(segment.sizes)],
  ]);
  const schema = new Schema(fields, metadata);
  const children = [
    makeData({ type: new FixedSizeBinary(32), length: rows, nullCount: 0, data: hashes }),
    ...taps.map(({ size }, tap) =>
      makeData({
        type: listOf(size),
        length: rows,
        nullCount: 0,
        child: makeData({
          type: new Float32(),
          length: rows * size,
          nullCount: 0,
          data: segment.values[tap],
        }),
      }),
    ),
  ];
  const batch = new RecordBatch(
    schema,
    makeData({ type: new Struct(fields), length: rows, nullCount: 0, children }),
  );
  return tableToIPC(new Table(schema, [batch]), 'file');
}

function originEntries({ backbone, form, view }: SegmentOrigin): [string, string][] {
  return [
    ['regraft.backbone', backbone],
    ['regraft.form', form],
    ['regraft.view', view],
  ];
}

function listOf(size: number): FixedSizeList<Float32> {
  return new FixedSizeList(size, new Field('item', new Float32(), false));
}

/** Decodes a segment's rows of some taps; the values stay views into `bytes`. Throws an Error of Arrow for other bytes. */
export function decodeSegment(bytes: Uint8Array, taps: readonly SegmentTap[]): Segment {
  const table = tableFromIPC(bytes);
  return {
    ...indexOf(table.schema.metadata),
    values: taps.map(({ name, size }) => {
      const list = table.getChild(name)?.data[0]?.children[0];
      const values: unknown = list?.values;
      if (!(values instanceof Float32Array) || list?.length !== table.numRows * size) {
        throw new Error(`expected ${table.numRows} rows of ${size} float32 values in column ${name}`);
      }
      // Arrow pads its buffers.
      return values.subarray(0, list.length);
    }),
  };
}

/** Reads from a segment's footer which photos it holds, without its rows. Throws an Error for another file, or one of another origin. */
export async function readSegmentIndex(path: string, origin: SegmentOrigin): Promise<SegmentIndex> {
  const file = await open(path);
  try {
    const reader = await RecordBatchReader.from(file);
    if (!reader.isFile()) throw new Error('expected an Arrow file');
    await reader.open();
    const { metadata } = reader.schema;
    for (const [key, value] of originEntries(origin)) {
      if (metadata.get(key) !== value) throw new Error(`expected ${value} as ${key} of a feature segment`);
    }
    return indexOf(metadata);
  } finally {
    await file.close();
  }
}

function indexOf(metadata: ReadonlyMap<string, string>): SegmentIndex {
  const hashes = Buffer.from(metadata.get(photosKey) ?? '', 'base64');
  const numbers = Buffer.from(metadata.get(sizesKey) ?? '', 'base64');
  const rows = hashes.length / 32;
  if (!metadata.has(photosKey) || numbers.length !== rows * 8) {
    throw new Error('expected the photos of a feature segment and their sizes in its metadata');
  }
  return {
    photos: Array.from({ length: rows }, (_, row) => hashes.toString('hex', row * 32, row * 32 + 32)),
    sizes: Uint32Array.from({ length: rows * 2 }, (_, index) => numbers.readUInt32LE(index * 4)),
  };
}

function encodeSizes(sizes: Uint32Array): string {
  const bytes = Buffer.alloc(sizes.length * 4);
  sizes.forEach((size, index) => bytes.writeUInt32LE(size, index * 4));
  return bytes.toString('base64');
}
