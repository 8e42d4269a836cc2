import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errnoCode } from '../atomic-file.ts';
import { RegraftError } from '../errors.ts';
import { describeExtraction, type ExtractionEstimate } from './estimate-extraction.ts';

/**
 * Compares what an extraction will take with the free space of the disk that a folder is on; accepts a disk that does not tell it.
 *
 * @param folder - It may not be there yet.
 * @param remedy - What would take less, to begin the hint with.
 * @throws RegraftError `OUT_OF_DISK`
 */
export async function checkSpace(
  folder: string,
  estimate: ExtractionEstimate,
  remedy = 'Take fewer views (--views, --test-views, --augment)',
): Promise<void> {
  const free = await freeBytes(folder);
  if (free === undefined || free >= estimate.bytes) return;
  throw new RegraftError(
    'OUT_OF_DISK',
    `Expected ${estimate.bytes.toLocaleString('en')} bytes of free space (${describeExtraction(estimate)}) but found ${free.toLocaleString('en')} bytes for ${folder}.`,
    {
      hint: `${remedy}, set REGRAFT_HOME to a folder on a larger disk, or make room with \`regraft cache prune\`.`,
    },
  );
}

/** Free bytes for the current user; undefined when the file system does not tell. */
async function freeBytes(folder: string): Promise<number | undefined> {
  try {
    const { bavail, bsize, blocks } = await statfs(folder);
    // Some network drives say that they are 0 bytes large.
    return blocks === 0 ? undefined : bavail * bsize;
  } catch (error) {
    const parent = dirname(folder);
    return errnoCode(error) === 'ENOENT' && parent !== folder ? freeBytes(parent) : undefined;
  }
}
