import { readdir } from 'node:fs/promises';
import { expect } from 'vitest';
import { RegraftError } from '../../src/errors.ts';
import { fillDisk, type FullDisk } from './full-disk.ts';

/**
 * Repeats a work on a disk (a folder) that is full from the first, the second, … write on, until it passes, and checks each time that the
 * error is clear and nothing temporary is left; gives the writes of that last time.
 */
export async function failAtEachWrite(
  disk: string,
  prepare: () => Promise<void>,
  work: () => Promise<unknown>,
  check: () => Promise<void>,
): Promise<readonly string[]> {
  for (let nth = 1; nth < 200; nth++) {
    await prepare();
    let failure: unknown;
    const full: FullDisk = await fillDisk(disk, nth);
    try {
      await work();
    } catch (error) {
      failure = error;
    } finally {
      full.restore();
    }
    if (full.calls.length < nth) {
      expect(failure).toBeUndefined();
      return full.calls;
    }
    const place = `write ${nth}, ${full.calls[nth - 1] ?? ''}`;
    expect(failure, place).toBeInstanceOf(RegraftError);
    expect((failure as RegraftError).code, place).toBe('OUT_OF_DISK');
    expect((failure as RegraftError).hint, place).toContain('Free some space');
    expect(await temporaryFiles(disk), place).toEqual([]);
    await check();
    // Not after every one, for the sake of time.
    if (nth % 6 === 1) await work();
  }
  throw new Error('The work did not pass in 200 tries.');
}

async function temporaryFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => /\.(tmp|matrix|broken)$|(^|\/)\.regraft[-.]|\.lock$/.test(name));
}
