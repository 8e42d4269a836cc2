import { createHash } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { lstat, open, stat, type FileHandle } from 'node:fs/promises';
import { throwIfCancelled } from '../errors.ts';
import { sniffByteCount } from '../image/sniff.ts';
import { faultOfContent, faultOfError, type PhotoFault } from './photo-fault.ts';

/** Bytes read at once: most photos of a data set need a single read. */
export const readBufferSize = 262_144;

/**
 * Looks at a path without opening it, since opening a pipe would wait for its writer.
 *
 * @returns what the file system says of the file, or why it is no photo (missing, empty, a folder, …)
 */
export async function statPhoto(file: string): Promise<Stats | PhotoFault> {
  let stats: Stats;
  try {
    stats = await stat(file);
  } catch (error) {
    return faultOfError(error, file, await isLink(file));
  }
  if (stats.isDirectory()) return { code: 'NOT_AN_IMAGE', reason: 'It is a folder, not a photo.' };
  if (!stats.isFile()) return { code: 'NOT_AN_IMAGE', reason: 'It is a pipe, socket or device, not a file.' };
  if (stats.size === 0) return { code: 'PHOTO_EMPTY', reason: 'The file is empty (0 bytes).' };
  return stats;
}

/**
 * Reads a photo and gives the SHA-256 of its bytes; memory use does not depend on its size.
 *
 * @param buffer at least {@link readBufferSize} bytes of scratch space, used until the promise settles
 * @returns 64 hexadecimal digits, or why the file is no photo
 * @throws RegraftError `CANCELLED`
 */
export async function hashPhoto(
  file: string,
  buffer: Uint8Array,
  signal?: AbortSignal,
): Promise<string | PhotoFault> {
  return withPhoto(file, async (handle) => {
    const hash = createHash('sha256');
    let position = 0;
    for (;;) {
      throwIfCancelled(signal);
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
      if (bytesRead === 0) break;
      const fault =
        position === 0 ? faultOfContent(buffer.subarray(0, Math.min(bytesRead, sniffByteCount))) : undefined;
      if (fault !== undefined) return fault;
      hash.update(buffer.subarray(0, bytesRead));
      position += bytesRead;
    }
    if (position === 0) return { code: 'PHOTO_EMPTY', reason: 'The file is empty (0 bytes).' };
    return hash.digest('hex');
  });
}

/** Tells by its first bytes why a file is no photo; undefined when it is one. The file must not be a pipe. */
export async function sniffPhoto(file: string): Promise<PhotoFault | undefined> {
  const fault = await withPhoto(file, async (handle) => faultOfContent(await readHead(handle)) ?? '');
  return typeof fault === 'string' ? undefined : fault;
}

/** Tells why a path is no photo, without opening what is no file; undefined when it is one by its first bytes. */
export async function faultOfFile(file: string): Promise<PhotoFault | undefined> {
  const stats = await statPhoto(file);
  return 'code' in stats ? stats : sniffPhoto(file);
}

/** Reads the bytes that tell a file's format. */
export async function readHead(handle: FileHandle): Promise<Uint8Array> {
  const head = new Uint8Array(sniffByteCount);
  const { bytesRead } = await handle.read(head, 0, head.length, 0);
  return head.subarray(0, bytesRead);
}

async function withPhoto(
  file: string,
  use: (handle: FileHandle) => Promise<string | PhotoFault>,
): Promise<string | PhotoFault> {
  try {
    await using handle = await open(file, constants.O_RDONLY);
    return await use(handle);
  } catch (error) {
    return faultOfError(error, file, false);
  }
}

async function isLink(file: string): Promise<boolean> {
  return lstat(file).then(
    (stats) => stats.isSymbolicLink(),
    () => false,
  );
}
