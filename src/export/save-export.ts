import { lstat, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoCode, writeError } from '../atomic-file.ts';
import { RegraftError } from '../errors.ts';
import { checkFolder, saveFiles } from '../model/save.ts';
import type { OnProgress } from '../shared/progress.ts';
import { type ExportRecord, exportRecordSchema } from './export-record.ts';

/** The name of the record in the folder of an export. */
export const exportRecordName = 'export.json';

/**
 * Fails before any work when an export cannot go into a folder: it must be new, empty, or hold a former export.
 *
 * @throws RegraftError `NOT_WRITABLE`
 */
export async function checkExportFolder(folder: string): Promise<void> {
  await checkFolder(folder);
  await formerExport(folder);
}

/**
 * Puts the files of an export with its record into a folder, all or none. Files of a former export that are no part of this one are removed; files that Regraft did not write stay.
 *
 * @throws RegraftError `NOT_WRITABLE` when one of them is in the way, `OUT_OF_DISK`.
 */
export async function saveExport(
  folder: string,
  files: ReadonlyMap<string, Uint8Array>,
  record: ExportRecord,
  options: { onProgress?: OnProgress | undefined; signal?: AbortSignal | undefined },
): Promise<void> {
  const older = new Set((await formerExport(folder))?.files.map(({ path }) => path));
  for (const name of files.keys()) {
    if (!older.has(name) && (await isThere(join(folder, name)))) throw inTheWay(folder, name);
  }
  const text = `${JSON.stringify(record, null, 2)}\n`;
  await saveFiles(
    folder,
    new Map<string, Uint8Array | string>([...files, [exportRecordName, text]]),
    options,
  );
  for (const name of older) if (!files.has(name)) await rm(join(folder, name), { force: true });
}

/** The record of the export that lies in a folder; undefined where the folder is missing or empty. */
async function formerExport(folder: string): Promise<ExportRecord | undefined> {
  const names = await readdir(folder).catch((error: unknown): string[] => {
    if (errnoCode(error) === 'ENOENT') return [];
    throw writeError(folder, error);
  });
  // What begins with a dot is no work of anybody: locks, and what file managers leave.
  const [first] = names.filter((name) => !name.startsWith('.'));
  if (first === undefined) return undefined;
  const text = await readFile(join(folder, exportRecordName), 'utf8').catch(() => '');
  try {
    return exportRecordSchema.parse(JSON.parse(text));
  } catch {
    throw inTheWay(folder, text === '' ? first : exportRecordName);
  }
}

function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

function inTheWay(folder: string, name: string): RegraftError {
  return new RegraftError(
    'NOT_WRITABLE',
    `Expected a new folder, or one with a former export, but found ${name} of another origin in ${folder}.`,
    { hint: 'Choose another folder with --out, or move what is there.' },
  );
}
