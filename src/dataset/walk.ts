import { opendir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { throwIfCancelled } from '../errors.ts';
import type { Findings } from './findings.ts';
import { compareNatural } from './natural-order.ts';
import { faultOfError } from './photo-fault.ts';

/** One entry of a folder; a link counts as what it leads to. */
export interface Entry {
  readonly name: string;
  readonly kind: 'file' | 'folder';
  readonly isLink: boolean;
}

/** A file found by {@link walkFiles}. */
export interface FoundFile {
  /** Path below the folder where the walk began, with a leading prefix if one was given; `/` on every platform. */
  readonly path: string;
  readonly file: string;
}

/** What a walk needs to know and where it reports. */
export interface WalkOptions {
  readonly findings: Findings;
  readonly signal?: AbortSignal | undefined;
  /** Real paths of folders that links must not lead to. */
  readonly closed?: readonly string[];
  /** Real paths of folders that are left alone, however the walk comes to them. */
  readonly except?: readonly string[] | undefined;
}

const systemNames = new Set([
  '__macosx',
  'thumbs.db',
  'ehthumbs.db',
  'desktop.ini',
  '@eadir',
  '$recycle.bin',
]);

/**
 * Lists a folder in natural order; hidden and system entries are only counted.
 *
 * @throws errors of the file system as they are, RegraftError `CANCELLED`
 */
export async function listFolder(folder: string, { findings, signal }: WalkOptions): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const { name, ...entry } of readEntries(folder)) {
    throwIfCancelled(signal);
    if (name.startsWith('.') || systemNames.has(name.toLowerCase())) findings.hidden++;
    else entries.push({ name, ...entry });
  }
  return entries.sort((a, b) => compareNatural(a.name, b.name));
}

/**
 * Finds all files in a folder and the folders below it, in natural order, one folder's names in memory at a time.
 * Links are followed, also out of the folder, but each of the folders they lead to only once. What cannot be listed is
 * added to the findings as skipped.
 *
 * @param prefix put before each path, e.g. `train/daisy/`
 * @throws RegraftError `CANCELLED`
 */
export async function* walkFiles(
  folder: string,
  prefix: string,
  options: WalkOptions,
): AsyncGenerator<FoundFile> {
  let real: string;
  try {
    real = await realpath(folder);
  } catch (error) {
    skip(options.findings, prefix, folder, error);
    return;
  }
  const visited = new Set(options.closed);
  visited.add(real);
  yield* walk(folder, real, prefix, visited, options);
}

/** Tells whether a link in a folder leads back to a folder that is read already, or to one above it. */
export function leadsBack(target: string, fromFolder: string, visited: ReadonlySet<string>): boolean {
  const below = target.endsWith(sep) ? target : target + sep;
  return visited.has(target) || (fromFolder + sep).startsWith(below);
}

async function* walk(
  folder: string,
  real: string,
  prefix: string,
  visited: Set<string>,
  options: WalkOptions,
): AsyncGenerator<FoundFile> {
  let entries: Entry[];
  try {
    entries = await listFolder(folder, options);
  } catch (error) {
    skip(options.findings, prefix, folder, error);
    return;
  }
  for (const { name, kind, isLink } of entries) {
    const path = prefix + name;
    const file = join(folder, name);
    const target = isLink ? await realpath(file).catch(() => undefined) : join(real, name);
    if (kind === 'file' || target === undefined) {
      yield { path, file };
      continue;
    }
    if (options.except?.includes(target) === true) continue;
    if (isLink && leadsBack(target, real, visited)) {
      options.findings.loops.push(path);
      continue;
    }
    visited.add(target);
    yield* walk(file, target, `${path}/`, visited, options);
  }
}

async function* readEntries(folder: string): AsyncGenerator<Entry> {
  for await (const entry of await opendir(folder, { bufferSize: 256 })) {
    const isLink = entry.isSymbolicLink();
    const isFolder = isLink ? await leadsToFolder(join(folder, entry.name)) : entry.isDirectory();
    yield { name: entry.name, kind: isFolder ? 'folder' : 'file', isLink };
  }
}

/** A broken link counts as a file, so that it is listed as a photo that is not there. */
async function leadsToFolder(link: string): Promise<boolean> {
  return stat(link).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}

function skip(findings: Findings, prefix: string, folder: string, error: unknown): void {
  const { code, reason } = faultOfError(error, folder, false);
  findings.skipped.push({
    path: prefix.replace(/\/$/, '') || folder,
    code,
    reason: `The folder was left out. ${reason}`,
  });
}
