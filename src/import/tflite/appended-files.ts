/**
 * Finds a file in the ZIP archive that TensorFlow Lite's metadata appends to a network (APPNOTE.TXT of PKWARE). Its writer stores files as
 * they are; undefined for one that is compressed, as for one that is not there.
 */
export function findStoredFile(bytes: Uint8Array, name: string): Uint8Array | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(view);
  if (end === undefined) return undefined;
  const count = view.getUint16(end + 10, true);
  let entry = view.getUint32(end + 16, true);
  for (let index = 0; index < count; index++) {
    if (!holds(view, entry, 46, entrySignature)) return undefined;
    const [nameLength, extraLength, remarkLength] = [28, 30, 32].map((field) =>
      view.getUint16(entry + field, true),
    ) as [number, number, number];
    const found = new TextDecoder().decode(bytes.subarray(entry + 46, entry + 46 + nameLength));
    if (found === name) return storedContent(view, bytes, entry);
    entry += 46 + nameLength + extraLength + remarkLength;
  }
  return undefined;
}

const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;
const localSignature = 0x04034b50;
const endLength = 22;
// The archive's remark, which stands behind its end, is at most this long.
const longestRemark = 0xffff;

function findEnd(view: DataView): number | undefined {
  const first = Math.max(0, view.byteLength - endLength - longestRemark);
  for (let offset = view.byteLength - endLength; offset >= first; offset--) {
    if (view.getUint32(offset, true) === endSignature) return offset;
  }
  return undefined;
}

function storedContent(view: DataView, bytes: Uint8Array, entry: number): Uint8Array | undefined {
  const [method, length] = [view.getUint16(entry + 10, true), view.getUint32(entry + 20, true)];
  const local = view.getUint32(entry + 42, true);
  if (method !== 0 || !holds(view, local, 30, localSignature)) return undefined;
  const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  return start + length <= bytes.length ? bytes.subarray(start, start + length) : undefined;
}

function holds(view: DataView, offset: number, length: number, signature: number): boolean {
  return offset + length <= view.byteLength && view.getUint32(offset, true) === signature;
}
