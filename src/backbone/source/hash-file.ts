import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

/** Gives a file's SHA-256 (lower-case hexadecimal) and size, in constant memory. */
export async function hashFile(
  path: string,
  signal?: AbortSignal,
): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256');
  const stream = createReadStream(path, { highWaterMark: 1 << 20 });
  await pipeline(stream, hash, { ...(signal ? { signal } : {}) });
  return { sha256: hash.digest('hex'), bytes: stream.bytesRead };
}
