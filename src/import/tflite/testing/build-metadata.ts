import { Builder } from 'flatbuffers';

/** What a test's metadata says. */
export interface MetadataDraft {
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
  /** Name of the file with the classes of the first output. */
  readonly labelFile?: string;
}

/** Writes TensorFlow Lite model metadata, as its own writers do (metadata_schema.fbs). */
export function buildMetadata({ mean, std, labelFile }: MetadataDraft): Uint8Array {
  const builder = new Builder(256);
  const input = tensorMetadata(builder, 4, mean && normalization(builder, mean, std ?? []));
  const output = tensorMetadata(
    builder,
    6,
    labelFile === undefined ? undefined : axisLabels(builder, labelFile),
  );
  const [inputs, outputs] = [offsets(builder, [input]), offsets(builder, [output])];
  builder.startObject(5);
  builder.addFieldOffset(2, inputs, 0);
  builder.addFieldOffset(3, outputs, 0);
  const graphs = offsets(builder, [builder.endObject()]);
  builder.startObject(8);
  builder.addFieldOffset(2, graphs, 0);
  builder.finish(builder.endObject(), 'M001');
  return builder.asUint8Array();
}

/** Appends a ZIP archive with one stored file, as metadata writers do. */
export function appendFile(network: Uint8Array, name: string, content: string, method = 0): Uint8Array {
  const [title, body] = [Buffer.from(name), Buffer.from(content)];
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(method, 8);
  local.writeUInt32LE(body.length, 18);
  local.writeUInt32LE(body.length, 22);
  local.writeUInt16LE(title.length, 26);
  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt16LE(method, 10);
  entry.writeUInt32LE(body.length, 20);
  entry.writeUInt32LE(body.length, 24);
  entry.writeUInt16LE(title.length, 28);
  entry.writeUInt32LE(network.length, 42);
  const end = Buffer.alloc(22);
  const directory = network.length + local.length + title.length + body.length;
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(entry.length + title.length, 12);
  end.writeUInt32LE(directory, 16);
  return Uint8Array.from(Buffer.concat([network, local, title, body, entry, title, end]));
}

function tensorMetadata(builder: Builder, field: number, table: number | undefined): number {
  const vector = offsets(builder, table === undefined ? [] : [table]);
  builder.startObject(8);
  builder.addFieldOffset(field, vector, 0);
  return builder.endObject();
}

function normalization(builder: Builder, mean: readonly number[], std: readonly number[]): number {
  const [means, deviations] = [floats(builder, mean), floats(builder, std)];
  builder.startObject(2);
  builder.addFieldOffset(0, means, 0);
  builder.addFieldOffset(1, deviations, 0);
  const options = builder.endObject();
  builder.startObject(2);
  builder.addFieldInt8(0, 1, 0);
  builder.addFieldOffset(1, options, 0);
  return builder.endObject();
}

function axisLabels(builder: Builder, name: string): number {
  const text = builder.createString(name);
  builder.startObject(5);
  builder.addFieldOffset(0, text, 0);
  builder.addFieldInt8(2, 2, 0);
  return builder.endObject();
}

function floats(builder: Builder, values: readonly number[]): number {
  builder.startVector(4, values.length, 4);
  for (const value of values.toReversed()) builder.addFloat32(value);
  return builder.endVector();
}

function offsets(builder: Builder, tables: readonly number[]): number {
  builder.startVector(4, tables.length, 4);
  for (const table of tables.toReversed()) builder.addOffset(table);
  return builder.endVector();
}
