import { RegraftError } from '../../errors.ts';
import { elementCount } from '../../onnx/build.ts';
import { storedBytes, type WeightGroup, type WeightSpec } from './weight-manifest.ts';

/** A weight as the files hold it. */
export interface StoredWeight {
  readonly spec: WeightSpec;
  readonly bytes: Uint8Array;
}

/** The bytes of a file's part that a group still has to give out. */
interface Shard {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * Reads the weights of a manifest. Every length is checked against the bytes before anything is allocated; a weight is a view unless it lies
 * across two files.
 *
 * @param read - Gives a file by its path in the manifest.
 * @param source - The model.json's name, for errors.
 * @throws RegraftError `BACKBONE_INVALID` naming the file and the weight that do not fit.
 */
export function readWeights(
  manifest: readonly WeightGroup[],
  read: (path: string) => Uint8Array,
  source: string,
): ReadonlyMap<string, StoredWeight> {
  const weights = new Map<string, StoredWeight>();
  const files = new Set<string>();
  for (const group of manifest) {
    const shards = group.paths.map((path) => readShard(path, group, files, read, source));
    let offset = 0;
    for (const spec of group.weights) {
      const length = elementCount(spec.shape) * storedBytes(spec);
      const bytes = cut(shards, offset, length);
      if (bytes === undefined) throw tooShort(group, spec, shards, offset + length, source);
      if (weights.has(spec.name)) throw invalid(`Two weights of ${source} have the name "${spec.name}".`);
      weights.set(spec.name, { spec, bytes });
      offset += length;
    }
    const left = total(shards) - offset;
    if (left > 0) {
      throw invalid(
        `Expected ${shards.at(-1)?.path ?? 'the last file'} to end after the weight ${group.weights.at(-1)?.name ?? '(none)'} of ${source}, but found ${left} bytes more.`,
      );
    }
  }
  return weights;
}

function readShard(
  path: string,
  group: WeightGroup,
  files: Set<string>,
  read: (path: string) => Uint8Array,
  source: string,
): Shard {
  const inside = path.replace(/^(\.\/)+/, '');
  const isPlain =
    !/^[/\\]|^[a-z][a-z0-9+.-]*:|\0/i.test(inside) && !inside.split(/[/\\]/).includes('..') && inside !== '';
  if (!isPlain) {
    throw invalid(
      `Expected file names beside it in field weightsManifest of ${source}, but found ${JSON.stringify(path.slice(0, 100))}.`,
    );
  }
  if (files.has(inside)) throw invalid(`Field weightsManifest of ${source} names the file ${inside} twice.`);
  files.add(inside);
  try {
    return { path: inside, bytes: read(inside) };
  } catch (error) {
    if (error instanceof RegraftError) throw error;
    throw new RegraftError(
      'BACKBONE_INVALID',
      `Expected the file ${inside} with the weight ${group.weights[0]?.name ?? '(none)'} of ${source}, but it cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
      { hint: 'Keep the weight files beside the model.json, under their names.', cause: error },
    );
  }
}

/** A part of the bytes of files that follow each other, undefined when they end before. */
function cut(shards: readonly Shard[], offset: number, length: number): Uint8Array | undefined {
  if (!(offset + length <= total(shards))) return undefined;
  let start = 0;
  const parts: Uint8Array[] = [];
  for (const { bytes } of shards) {
    const from = Math.max(0, offset - start);
    const to = Math.min(bytes.length, offset + length - start);
    if (from < to) parts.push(bytes.subarray(from, to));
    start += bytes.length;
  }
  const [first, ...others] = parts;
  if (others.length === 0) return first ?? new Uint8Array();
  const joined = new Uint8Array(length);
  let written = 0;
  for (const part of parts) {
    joined.set(part, written);
    written += part.length;
  }
  return joined;
}

function total(shards: readonly Shard[]): number {
  return shards.reduce((sum, { bytes }) => sum + bytes.length, 0);
}

function tooShort(
  group: WeightGroup,
  spec: WeightSpec,
  shards: readonly Shard[],
  needed: number,
  source: string,
): RegraftError {
  return invalid(
    `Expected at least ${needed} bytes in ${group.paths.join(', ').slice(0, 200) || 'a file'} for the weight ${spec.name} [${spec.shape.join(', ')}] of ${source}, but found ${total(shards)}.`,
  );
}

function invalid(message: string): RegraftError {
  return new RegraftError('BACKBONE_INVALID', message, {
    hint: 'A weight file may be damaged or of another network: fetch them all again.',
  });
}
