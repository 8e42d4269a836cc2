import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { RegraftError } from '../../errors.ts';
import type { ReadExternal } from '../../onnx/read-external-data.ts';

/**
 * Gives the reader of the external data that lie beside an ONNX file; each file is read once. Paths that lead out of the folder never get
 * here: the importer refuses them.
 *
 * @param path - The ONNX file.
 * @throws RegraftError `BACKBONE_INVALID`, when it is called, for a file that cannot be read.
 */
export function externalReader(path: string): ReadExternal {
  const files = new Map<string, Uint8Array>();
  return (location) => {
    const known = files.get(location);
    if (known !== undefined) return known;
    try {
      const bytes = readFileSync(join(dirname(path), location));
      files.set(location, bytes);
      return bytes;
    } catch (cause) {
      throw new RegraftError(
        'BACKBONE_INVALID',
        `Expected the external data ${location} beside ${path} but it cannot be read.`,
        { hint: 'Copy both files into one folder, or save the network as one file.', cause },
      );
    }
  };
}
