import { realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Part } from './dataset.ts';
import { count, listSome, type Findings } from './findings.ts';
import { partFromName } from './part-name.ts';
import type { Candidate, PhotoSource } from './photo-source.ts';
import { sniffPhoto, statPhoto } from './read-photo.ts';
import { leadsBack, listFolder, walkFiles, type Entry, type WalkOptions } from './walk.ts';

interface FolderOptions {
  readonly nested: boolean;
  /** The only classes to take. */
  readonly classes?: readonly string[] | undefined;
  readonly findings: Findings;
  readonly signal?: AbortSignal | undefined;
}

/** A folder whose subfolders are classes: the root itself, or one of its parts such as `train/`. */
interface ClassesFolder {
  readonly folder: string;
  /** Put before paths: empty, or `train/`. */
  readonly prefix: string;
  readonly part?: Part;
}

/**
 * A data set of class folders, in the root or below `train/`, `val/` and `test/`. The photos of a class may lie in folders
 * of their own below it; with `nested` each folder that holds photos is a class instead, named by its path: `birds/owl`.
 *
 * @param root absolute path of a folder that exists
 */
export function folderSource(root: string, options: FolderOptions): PhotoSource {
  return {
    root,
    name: basename(root) || 'photos',
    candidates: () => findCandidates(root, options),
    adviseOnNoClass: () => adviseOnNoClass(root, options),
    adviseOnOneClass: (label) => adviseOnOneClass(root, label),
  };
}

async function* findCandidates(root: string, options: FolderOptions): AsyncGenerator<Candidate> {
  const entries = await listFolder(root, options);
  const closed = [await realpath(root)];
  await noteStrays({ folder: root, prefix: '' }, entries, options);
  const partFolders = await findPartFolders(root, entries, options);
  if (partFolders === undefined) {
    yield* walkClasses({ folder: root, prefix: '' }, entries, closed, options);
    return;
  }
  for (const place of partFolders) {
    const classEntries = await listFolder(place.folder, options);
    await noteStrays(place, classEntries, options);
    yield* walkClasses(place, classEntries, closed, options);
  }
}

/** Tells `train/ val/ test/` from class folders; undefined when the root's folders are classes. */
async function findPartFolders(
  root: string,
  entries: readonly Entry[],
  { findings, ...options }: FolderOptions,
): Promise<ClassesFolder[] | undefined> {
  const folders = entries.filter(({ kind }) => kind === 'folder').map(({ name }) => name);
  const places = folders.flatMap((name) => {
    const part = partFromName(name);
    return part === undefined ? [] : [{ folder: join(root, name), prefix: `${name}/`, part }];
  });
  const others = folders.filter((name) => partFromName(name) === undefined);
  const parts = new Set(places.map(({ part }) => part));
  if (!parts.has('training') || (others.length > 0 && parts.size < 2)) return undefined;
  // A vehicle data set may have a class `train`: its photos then lie right in that folder.
  const training = places.filter(({ part }) => part === 'training');
  if (!(await anyHasFolders(training, options)) && (others.length > 0 || parts.size < 2)) return undefined;
  findings.otherFolders.push(...others);
  return places;
}

async function anyHasFolders(
  places: readonly ClassesFolder[],
  options: Omit<WalkOptions, 'findings'>,
): Promise<boolean> {
  for (const { folder } of places) {
    const entries = await peek(folder, options.signal);
    if (entries.some(({ kind }) => kind === 'folder')) return true;
  }
  return false;
}

async function* walkClasses(
  { folder, prefix, part }: ClassesFolder,
  entries: readonly Entry[],
  closed: readonly string[],
  { nested, classes, findings, signal }: FolderOptions,
): AsyncGenerator<Candidate> {
  const real = await realpath(folder);
  for (const { name, kind, isLink } of entries) {
    if (kind !== 'folder') continue;
    const path = prefix + name;
    const file = join(folder, name);
    if (!nested && classes?.includes(name) === false) {
      findings.otherClasses.add(name);
      continue;
    }
    if (isLink && leadsBack(await realpath(file), real, new Set(closed))) {
      findings.loops.push(path);
      continue;
    }
    let files = 0;
    const problems = findings.skipped.length;
    for await (const found of walkFiles(file, `${path}/`, { findings, signal, closed })) {
      files++;
      const below = found.path.slice(prefix.length);
      const label = nested ? below.slice(0, below.lastIndexOf('/')) : name;
      if (classes?.includes(label) === false) {
        findings.otherClasses.add(label);
        continue;
      }
      yield { ...found, label, ...(part === undefined ? {} : { part }) };
    }
    if (files === 0 && findings.skipped.length === problems) findings.emptyFolders.push(path);
  }
}

async function noteStrays(
  place: ClassesFolder,
  entries: readonly Entry[],
  options: FolderOptions,
): Promise<void> {
  for (const { name, kind } of entries) {
    if (kind === 'file' && (await isPhoto(join(place.folder, name)))) {
      options.findings.strays.push(place.prefix + name);
    }
  }
}

async function isPhoto(file: string): Promise<boolean> {
  return !('code' in (await statPhoto(file))) && (await sniffPhoto(file)) === undefined;
}

async function adviseOnNoClass(root: string, { findings, signal }: FolderOptions): Promise<string> {
  const { strays, skipped } = findings;
  if (strays.length > 0) {
    const parts = [
      ...new Set(strays.flatMap((path) => (path.includes('/') ? [path.split('/')[0] ?? ''] : []))),
    ];
    const place = parts.length > 0 ? `in ${listSome(parts)}` : 'in the folder itself';
    return `${count(strays.length, 'photo lies', 'photos lie')} right ${place}: put each into a folder named after its class, as in ${join(root, parts[0] ?? '', 'cat', 'photo.jpg')}.`;
  }
  const [first] = skipped;
  if (first !== undefined) {
    return `${count(skipped.length, 'file was', 'files were')} left out, the first being ${first.path}: ${first.reason}`;
  }
  const table = (await peek(root, signal)).find(({ name, kind }) => kind === 'file' && /\.csv$/i.test(name));
  if (table !== undefined) return `To use the list in it, give the CSV itself: ${join(root, table.name)}.`;
  return `Put the photos into folders named after their classes, as in ${join(root, 'cat', 'photo.jpg')}.`;
}

async function adviseOnOneClass(root: string, label: string): Promise<string> {
  const folder = join(root, label);
  const below = (await peek(folder)).filter(({ kind }) => kind === 'folder').map(({ name }) => name);
  if (below.length > 1) {
    return `If its folders ${listSome(below)} are the classes, give ${folder} instead.`;
  }
  return `Add a folder with photos of another class beside it, for example everything that is not "${label}".`;
}

/** Lists a folder without counting what is hidden; one that cannot be read counts as empty. */
async function peek(folder: string, signal?: AbortSignal): Promise<Entry[]> {
  const uncounted = { hidden: 0 } as Findings;
  return listFolder(folder, { findings: uncounted, signal }).catch(() => []);
}
