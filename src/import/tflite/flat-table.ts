import { ByteBuffer } from 'flatbuffers';
import { RegraftError } from '../../errors.ts';

/** Reads the fields of one table of a FlatBuffers file by their numbers in the schema. Offsets outside the file are errors. */
export interface FlatTable {
  byte(field: number, fallback: number): number;
  int(field: number, fallback: number): number;
  float(field: number, fallback: number): number;
  /** An unsigned 64-bit number, exact up to 2⁵³. */
  long(field: number, fallback: number): number;
  /** False when the file leaves the field out or says so. */
  flag(field: number): boolean;
  text(field: number): string;
  ints(field: number): number[];
  longs(field: number): number[];
  floats(field: number): number[];
  bytes(field: number): Uint8Array;
  table(field: number): FlatTable | undefined;
  tables(field: number): FlatTable[];
}

// Far above any network, so that a damaged count cannot fill the memory with tables.
const mostTables = 100_000;

/**
 * Opens the root table of a FlatBuffers file.
 *
 * @param identifier - The four letters at byte 4 that tell the kind of file.
 * @param kind - What the file should be, for errors.
 * @throws RegraftError `BACKBONE_INVALID` naming the file, here and from every field that points outside it.
 */
export function openFlatBuffer(
  bytes: Uint8Array,
  identifier: string,
  source: string,
  kind = 'a TensorFlow Lite network',
): FlatTable {
  const refuse: Refuse = (reason) =>
    new RegraftError('BACKBONE_INVALID', `Expected ${kind} in ${source}, but ${reason}.`, {
      hint: 'The file may be damaged or of another kind: fetch it again.',
    });
  const found = String.fromCharCode(...bytes.subarray(4, 8));
  if (bytes.length < 8 || found !== identifier) {
    throw refuse(`the letters ${identifier} are missing at byte 4`);
  }
  const buffer = new ByteBuffer(bytes);
  return tableAt(buffer, buffer.readInt32(0), refuse);
}

/** The error for a damaged file: `reason` completes "Expected …, but …". */
type Refuse = (reason: string) => RegraftError;

function tableAt(buffer: ByteBuffer, position: number, refuse: Refuse): FlatTable {
  const at = (offset: number, length: number): number => {
    if (!Number.isInteger(offset) || offset < 0 || length < 0 || offset + length > buffer.capacity()) {
      throw refuse(`byte ${offset} lies outside the file`);
    }
    return offset;
  };
  const indirect = (offset: number): number => at(offset + buffer.readInt32(at(offset, 4)), 4);
  const vtable = at(position - buffer.readInt32(at(position, 4)), 4);
  const vtableLength = buffer.readInt16(vtable);
  /** The position of a field, undefined when the file leaves it out. */
  const find = (field: number): number | undefined => {
    const entry = 4 + 2 * field;
    const offset = entry < vtableLength ? buffer.readInt16(at(vtable + entry, 2)) : 0;
    return offset === 0 ? undefined : at(position + offset, 1);
  };
  const vector = <T>(field: number, size: number, read: (offset: number) => T): T[] => {
    const { start, length } = span(field, size);
    return Array.from({ length }, (_, index) => read(start + index * size));
  };
  const span = (field: number, size: number): { start: number; length: number } => {
    const offset = find(field);
    if (offset === undefined) return { start: 0, length: 0 };
    const start = indirect(offset);
    const length = buffer.readInt32(start);
    // Before anything of that length is allocated.
    at(start + 4, length * size);
    return { start: start + 4, length };
  };
  const bytesOf = (field: number): Uint8Array => {
    const { start, length } = span(field, 1);
    return buffer.bytes().subarray(start, start + length);
  };

  return {
    byte: (field, fallback) => orElse(find(field), (offset) => buffer.readInt8(offset), fallback),
    int: (field, fallback) => orElse(find(field), (offset) => buffer.readInt32(at(offset, 4)), fallback),
    float: (field, fallback) => orElse(find(field), (offset) => buffer.readFloat32(at(offset, 4)), fallback),
    long: (field, fallback) =>
      orElse(find(field), (offset) => Number(buffer.readUint64(at(offset, 8))), fallback),
    flag: (field) => orElse(find(field), (offset) => buffer.readInt8(offset) !== 0, false),
    text: (field) => new TextDecoder().decode(bytesOf(field)),
    ints: (field) => vector(field, 4, (offset) => buffer.readInt32(offset)),
    longs: (field) => vector(field, 8, (offset) => Number(buffer.readInt64(offset))),
    floats: (field) => vector(field, 4, (offset) => buffer.readFloat32(offset)),
    bytes: bytesOf,
    table: (field) => orElse(find(field), (offset) => tableAt(buffer, indirect(offset), refuse), undefined),
    tables(field) {
      const { start, length } = span(field, 4);
      if (length > mostTables) throw refuse(`byte ${start - 4} counts ${length} tables`);
      return vector(field, 4, (offset) => tableAt(buffer, indirect(offset), refuse));
    },
  };
}

function orElse<T, F>(offset: number | undefined, read: (offset: number) => T, fallback: F): T | F {
  return offset === undefined ? fallback : read(offset);
}
