import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { writeError } from '../atomic-file.ts';

/**
 * Copies bytes of a file, the last one not included, into a new file.
 *
 * @throws RegraftError `OUT_OF_DISK`, `NOT_WRITABLE`.
 */
export async function sliceFile(
  from: string,
  to: string,
  [start, end]: readonly [start: number, end: number],
  signal?: AbortSignal,
): Promise<void> {
  const reading = createReadStream(from, { start, end: end - 1 });
  await pipeline(reading, createWriteStream(to), { ...(signal && { signal }) }).catch((error: unknown) => {
    throw signal?.aborted === true ? error : writeError(to, error);
  });
}
