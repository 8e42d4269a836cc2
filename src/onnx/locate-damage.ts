import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/** A place in an encoded message. */
export interface DamagedPlace {
  /** Where the field starts that cannot be read. */
  readonly byte: number;
  /** The way to the field, such as `graph.node[3].attribute[0]`; empty when not even the outermost is known. */
  readonly field: string;
}

/**
 * Finds the first field of an encoded message that cannot be decoded, undefined when each can: the decoder itself does not tell. It knows the
 * kinds of fields that onnx.proto has: int32, int64, float, string, bytes and messages.
 * Format: https://protobuf.dev/programming-guides/encoding/
 */
export function locateDamage(schema: DescMessage, bytes: Uint8Array): DamagedPlace | undefined {
  return walk(schema, new BinaryReader(bytes), bytes.length, '', 0);
}

/** As deep as the decoder goes. */
const deepest = 100;

function walk(
  schema: DescMessage,
  reader: BinaryReader,
  end: number,
  path: string,
  depth: number,
): DamagedPlace | undefined {
  const counts = new Map<number, number>();
  while (reader.pos < end) {
    const byte = reader.pos;
    let field = path;
    try {
      const [number, wireType] = reader.tag();
      const known = schema.fields.find((candidate) => candidate.number === number);
      const index = counts.get(number) ?? 0;
      counts.set(number, index + 1);
      if (known !== undefined) field = join(path, known, index);
      if (known !== undefined && !wireTypesOf(known).includes(wireType)) return { byte, field };
      if (known?.message === undefined) {
        reader.skip(wireType, number);
        if (reader.pos > end) return { byte, field };
        continue;
      }
      const innerEnd = reader.uint32() + reader.pos;
      if (innerEnd > end || depth === deepest) return { byte, field };
      const place = walk(known.message, reader, innerEnd, field, depth + 1);
      if (place !== undefined) return place;
    } catch {
      return { byte, field };
    }
  }
  return undefined;
}

/** The encodings that a field may have; lists of numbers may be packed. */
function wireTypesOf(field: DescField): readonly WireType[] {
  const listed = field.fieldKind === 'list' ? [WireType.LengthDelimited] : [];
  if (field.scalar === ScalarType.INT32 || field.scalar === ScalarType.INT64) {
    return [WireType.Varint, ...listed];
  }
  return field.scalar === ScalarType.FLOAT ? [WireType.Bit32, ...listed] : [WireType.LengthDelimited];
}

function join(path: string, field: DescField, index: number): string {
  const name = field.fieldKind === 'list' ? `${field.name}[${index}]` : field.name;
  return path === '' ? name : `${path}.${name}`;
}
