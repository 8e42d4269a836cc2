import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { errnoCode, replaceFile } from '../atomic-file.ts';

// A file: the header's length (uint32), the header (JSON), the vectors (float32), the SHA-256 of all that; little-endian.
const format = 'regraft.fine-tuning.1';
const [lengthBytes, hashBytes, pieceBytes] = [4, 32, 2 ** 22];

/** What a checkpoint file holds. */
export interface CheckpointFile {
  /** What JSON can keep. */
  readonly header: unknown;
  readonly vectors: Readonly<Record<string, Float32Array>>;
}

/**
 * Writes a checkpoint in pieces, so that the main thread stays free; its vectors must not change meanwhile.
 *
 * @throws RegraftError `OUT_OF_DISK` or `NOT_WRITABLE`.
 */
export async function writeCheckpointFile(path: string, { header, vectors }: CheckpointFile): Promise<void> {
  const lengths = Object.entries(vectors).map(([name, { length }]) => [name, length]);
  const text = Buffer.from(JSON.stringify({ format, header, vectors: lengths }));
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32LE(text.length);
  await replaceFile(path, async (file) => {
    const hash = createHash('sha256');
    for (const bytes of [length, text]) await writeHashed(file, hash, bytes);
    // Shared memory can be neither hashed nor written by Node.
    const piece = Buffer.alloc(pieceBytes);
    for (const vector of Object.values(vectors)) {
      const bytes = bytesOf(vector);
      for (let from = 0; from < bytes.length; from += pieceBytes) {
        const part = bytes.subarray(from, from + pieceBytes);
        piece.set(part);
        await writeHashed(file, hash, piece.subarray(0, part.length));
      }
    }
    await file.writeFile(hash.digest());
  });
}

/** Reads a checkpoint; `missing` where there is none, `damaged` where it cannot be read or its bytes are not those that were written. */
export async function readCheckpointFile(path: string): Promise<CheckpointFile | 'missing' | 'damaged'> {
  let file: FileHandle;
  try {
    file = await open(path);
  } catch (error) {
    return errnoCode(error) === 'ENOENT' ? 'missing' : 'damaged';
  }
  try {
    return (await readFrom(file)) ?? 'damaged';
  } catch (error) {
    // A failing disk, or a folder in the file's place.
    if (errnoCode(error) !== undefined) return 'damaged';
    throw error;
  } finally {
    await file.close();
  }
}

async function readFrom(file: FileHandle): Promise<CheckpointFile | undefined> {
  const { size } = await file.stat();
  if (size < lengthBytes + hashBytes || !(await isWhole(file, size - hashBytes))) return undefined;
  // From here on every byte is one that was written.
  let at = 0;
  const take = async (target: Uint8Array): Promise<void> => {
    for (let from = 0; from < target.length; from += pieceBytes) {
      at += (await file.read(target.subarray(from, from + pieceBytes), { position: at })).bytesRead;
    }
  };
  const length = Buffer.alloc(lengthBytes);
  await take(length);
  const text = Buffer.alloc(length.readUInt32LE());
  await take(text);
  const parsed = JSON.parse(text.toString()) as {
    readonly format: string;
    readonly header: unknown;
    readonly vectors: readonly (readonly [string, number])[];
  };
  if (parsed.format !== format) return undefined;
  const vectors: Record<string, Float32Array> = {};
  for (const [name, count] of parsed.vectors) {
    vectors[name] = new Float32Array(count);
    await take(bytesOf(vectors[name]));
  }
  return { header: parsed.header, vectors };
}

/** Tells whether the bytes up to a place have the hash that stands there. */
async function isWhole(file: FileHandle, end: number): Promise<boolean> {
  const hash = createHash('sha256');
  const piece = Buffer.alloc(pieceBytes);
  for (let at = 0; at < end; at += pieceBytes) {
    const part = piece.subarray(0, Math.min(pieceBytes, end - at));
    await file.read(part, { position: at });
    hash.update(part);
  }
  const digest = Buffer.alloc(hashBytes);
  await file.read(digest, { position: end });
  return digest.equals(hash.digest());
}

async function writeHashed(file: FileHandle, hash: Hash, bytes: Uint8Array): Promise<void> {
  hash.update(bytes);
  await file.writeFile(bytes);
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
