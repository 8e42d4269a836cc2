import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { hashFile } from '../backbone/source/hash-file.ts';
import { modelFileName } from '../model/load.ts';

const files = [modelFileName, 'predictions.csv', 'report.html', 'run.json', 'split.csv'];

/** Gives the SHA-256 of the list of a model folder's files with their hashes; undefined where one of them cannot be read. */
export async function hashRun(folder: string): Promise<string | undefined> {
  const hash = createHash('sha256');
  for (const name of files) {
    const file = await hashFile(join(folder, name)).catch(() => undefined);
    if (file === undefined) return undefined;
    hash.update(`${file.sha256}  ${name}\n`);
  }
  return hash.digest('hex');
}
