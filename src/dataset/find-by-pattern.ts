import { join } from 'node:path';
import { throwIfCancelled } from '../errors.ts';
import type { SkippedPhoto } from './dataset.ts';
import type { FindOptions } from './find-files.ts';
import { emptyFindings } from './findings.ts';
import { faultOfError } from './photo-fault.ts';
import { type FoundFile, listFolder, walkFiles } from './walk.ts';
import { realpath } from 'node:fs/promises';

/** Tells whether a path has signs of a pattern in it. */
export function isPattern(path: string): boolean {
  return /[*?[{]/.test(path);
}

/**
 * Finds the files that a pattern names, in natural order, and all that is in the folders that it names: `*` and `?` stand for letters of a
 * name, `[a-z]` for one of some, `{jpg,png}` for one of some texts, and `**` for any number of folders. Hidden files are none, and `**` follows no links.
 *
 * @throws RegraftError `CANCELLED`
 */
export async function* findByPattern(
  pattern: string,
  options: FindOptions = {},
): AsyncGenerator<FoundFile | SkippedPhoto> {
  const names = pattern.split('/');
  const first = names.findIndex(isPattern);
  const fixed = names.slice(0, first);
  const steps = names
    .slice(first)
    .filter((name) => name !== '')
    .map(stepOf);
  const prefix = fixed.map((name) => `${name}/`).join('');
  let found = 0;
  for await (const file of search(prefix === '' ? '.' : prefix, prefix, startOf(steps), {
    steps,
    ...options,
  })) {
    found += 1;
    yield file;
  }
  if (found === 0) {
    yield { path: pattern, code: 'PHOTO_NOT_FOUND', reason: 'No file has a name of this pattern.' };
  }
}

/** One name of a pattern; `any` is `**`. */
type Step = RegExp | 'any';

interface Search extends FindOptions {
  readonly steps: readonly Step[];
}

/** Which steps may come next: several, as `**` may have ended already; the number of steps when all are done. */
type Places = ReadonlySet<number>;

async function* search(
  folder: string,
  prefix: string,
  places: Places,
  options: Search,
): AsyncGenerator<FoundFile | SkippedPhoto> {
  const findings = emptyFindings();
  const entries = await listFolder(folder, { findings, signal: options.signal }).catch((error: unknown) => {
    const { code, reason } = faultOfError(error, folder, false);
    return { path: prefix.replace(/\/$/, '') || folder, code, reason: `The folder was left out. ${reason}` };
  });
  if ('code' in entries) {
    // A folder that is not there holds no file of the pattern, which is told at the end.
    if (entries.code !== 'PHOTO_NOT_FOUND') yield entries;
    return;
  }
  for (const { name, kind, isLink } of entries) {
    throwIfCancelled(options.signal);
    const next = advance(places, name, isLink, options.steps);
    const isWhole = next.has(options.steps.length);
    const [path, file] = [prefix + name, join(folder, name)];
    if (kind === 'file') {
      if (isWhole) yield { path, file };
      continue;
    }
    if (next.size === 0 || (await isLeftAlone(file, options))) continue;
    if (isWhole) {
      yield* walkFiles(file, `${path}/`, { findings, ...options });
      yield* findings.skipped.splice(0);
    } else {
      yield* search(file, `${path}/`, next, options);
    }
  }
}

async function isLeftAlone(folder: string, { except = [] }: FindOptions): Promise<boolean> {
  return except.length > 0 && except.includes(await realpath(folder).catch(() => folder));
}

function startOf(steps: readonly Step[]): Places {
  return withEnded(new Set([0]), steps);
}

function advance(places: Places, name: string, isLink: boolean, steps: readonly Step[]): Places {
  const next = new Set<number>();
  for (const place of places) {
    const step = steps[place];
    if (step === 'any') {
      if (!isLink || place === steps.length - 1) next.add(place);
    } else if (step?.test(name) === true) {
      next.add(place + 1);
    }
  }
  return withEnded(next, steps);
}

/** Adds the places behind each `**`, as it may stand for no folder. */
function withEnded(places: Set<number>, steps: readonly Step[]): Places {
  for (const place of places) if (steps[place] === 'any') places.add(place + 1);
  return places;
}

function stepOf(name: string): Step {
  if (name === '**') return 'any';
  try {
    return new RegExp(`^${translate(name)}$`, 'su');
  } catch {
    // What is no range, as [z-a], stands for itself.
    return new RegExp(`^${escape(name)}$`, 'su');
  }
}

function translate(name: string): string {
  const parts = /\*+|\?|\[(!?)([^\]]+)\]|\{([^{}]*)\}|[^*?[{]+|./gsu;
  return name.replace(
    parts,
    (part, not: string | undefined, letters: string | undefined, texts: string | undefined) => {
      if (part.startsWith('*')) return '.*';
      if (part === '?') return '.';
      if (letters !== undefined) {
        return `[${not === '!' ? '^' : ''}${letters.replaceAll(/[\\\]^[]/g, '\\$&')}]`;
      }
      if (texts !== undefined) return `(?:${texts.split(',').map(translate).join('|')})`;
      return escape(part);
    },
  );
}

function escape(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
