import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { modelFileName } from './load.ts';

/** Where the name of the program that wrote an ONNX file stands: among its first fields. */
const headBytes = 64;

/**
 * Whether a path is a model of Regraft, whole or damaged, as opposed to a network of another program: it says so at its beginning or in its
 * metadata. A path where nothing lies is none.
 */
export async function isModel(location: string): Promise<boolean> {
  const isFolder = await stat(location).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const bytes = await readFile(isFolder ? join(location, modelFileName) : location).catch(() => undefined);
  if (bytes === undefined) return false;
  return bytes.subarray(0, headBytes).includes('regraft') || bytes.includes('regraft.schema');
}
