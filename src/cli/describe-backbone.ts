import type { ListedBackbone } from '../backbone/list.ts';

/** A network of the catalogue as `--json` prints it. */
export function describeBackbone({ entry, path, stored }: ListedBackbone): Record<string, unknown> {
  const { id, title, file, licence, origin, inputSize, featureSize } = entry;
  const { sha256, bytes } = file;
  return { id, title, sha256, bytes, inputSize, featureSize, licence, origin, stored, path };
}
