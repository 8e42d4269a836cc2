import {
  AsyncByteQueue,
  Field,
  FixedSizeBinary,
  FixedSizeList,
  Float32,
  makeData,
  RecordBatch,
  RecordBatchFileWriter,
  Schema,
  Struct,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import { replaceFile } from '../atomic-file.ts';
import type { SegmentOrigin, SegmentTap } from './segment.ts';

/** Some rows of an exported table. */
export interface ExportBatch {
  readonly paths: readonly string[];
  readonly labels: readonly string[];
  /** SHA-256 of each photo, hexadecimal. */
  readonly photos: readonly string[];
  /** By tap: float32 `[rows, size]`. */
  readonly values: readonly Float32Array[];
}

/**
 * Writes features with their paths and labels as one Arrow IPC file for data tools; batch by batch, to a temporary file that is renamed at the end.
 *
 * @throws RegraftError `OUT_OF_DISK` or `NOT_WRITABLE`.
 */
export async function writeArrowFile(
  path: string,
  taps: readonly SegmentTap[],
  origin: SegmentOrigin,
  batches: AsyncIterable<ExportBatch>,
): Promise<void> {
  const fields = [
    new Field('path', new Utf8(), false),
    new Field('label', new Utf8(), false),
    new Field('photo', new FixedSizeBinary(32), false),
    ...taps.map(({ name, size }) => new Field(name, listOf(size), false)),
  ];
  const schema = new Schema(
    fields,
    new Map(Object.entries(origin).map(([key, value]) => [`regraft.${key}`, String(value)])),
  );
  await replaceFile(path, async (file) => {
    // Arrow's own streams take whatever comes: here a batch is on the disk before the next is made.
    let pieces: Uint8Array[] = [];
    const sink = new AsyncByteQueue();
    sink.write = (piece: Uint8Array) => void pieces.push(piece);
    const writeOut = async (): Promise<void> => {
      await file.writeFile(Buffer.concat(pieces));
      pieces = [];
    };
    const writer = new RecordBatchFileWriter();
    writer.reset(sink, schema);
    for await (const batch of batches) {
      writer.write(recordBatch(schema, fields, taps, batch));
      await writeOut();
    }
    writer.finish();
    await writeOut();
  });
}

function recordBatch(
  schema: Schema,
  fields: Field[],
  taps: readonly SegmentTap[],
  batch: ExportBatch,
): RecordBatch {
  const length = batch.photos.length;
  const children = [
    vectorFromArray(batch.paths, new Utf8()).data[0]!,
    vectorFromArray(batch.labels, new Utf8()).data[0]!,
    makeData({
      type: new FixedSizeBinary(32),
      length,
      nullCount: 0,
      data: Buffer.from(batch.photos.join(''), 'hex'),
    }),
    ...taps.map(({ size }, tap) =>
      makeData({
        type: listOf(size),
        length,
        nullCount: 0,
        child: makeData({
          type: new Float32(),
          length: length * size,
          nullCount: 0,
          data: batch.values[tap],
        }),
      }),
    ),
  ];
  return new RecordBatch(schema, makeData({ type: new Struct(fields), length, nullCount: 0, children }));
}

function listOf(size: number): FixedSizeList<Float32> {
  return new FixedSizeList(size, new Field('item', new Float32(), false));
}
