import { createHash } from 'node:crypto';
import { join, posix, resolve } from 'node:path';
import { pathInArchive } from './fetch-source.ts';
import { weightsFolder } from './weights-file.ts';
import { formatSource, type WeightsSource } from './weights-source.ts';

/** A network's file on this machine, and where it came from. */
export interface FetchedNetwork {
  /** The file: in the store, or the user's own file or folder. */
  readonly path: string;
  /** The source as it was given, in its one normal form. */
  readonly source: string;
  /** SHA-256 of the file, lower-case hexadecimal; of a folder, that of its list of files with theirs. */
  readonly sha256: string;
  readonly bytes: number;
  /** Whether its bytes were known before it was read: a SHA-256 in the source, or a file of the user's own. Others are locked at first use. */
  readonly pinned: boolean;
  /** Where the files beside it lie, once `fetchCompanion` has brought them. */
  readonly folder: string;
}

/** Where the files of a source that are no network themselves are kept: `<home>/backbones/beside/<hash of the source>`. */
export function besideFolder(source: WeightsSource, home: string): string {
  const text = formatSource(source.type === 'local' ? { ...source, path: resolve(source.path) } : source);
  const name = createHash('sha256').update(text).digest('hex').slice(0, 16);
  return join(weightsFolder(home), 'beside', name);
}

/**
 * The folder of a source's file, counted from the top of its repository, package or archive; `.` at the top and where there is
 * none.
 */
export function folderInSource(source: WeightsSource): string {
  if (source.type === 'local') return posix.dirname(source.inside ?? '');
  return posix.dirname(source.type === 'hf' ? source.path : (pathInArchive(source) ?? ''));
}

/** The extension under which a file is stored, from its path: letters and digits only, `bin` where it has none. */
export function storedExtension(path: string): string {
  if (path.toLowerCase().endsWith('.tar.gz')) return 'tgz';
  const extension = posix.extname(path).slice(1).toLowerCase();
  return /^[a-z0-9_]{1,16}$/.test(extension) ? extension : 'bin';
}
