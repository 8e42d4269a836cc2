import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runRecordSchema } from './run-record.ts';

/** The model that lies in a folder, as far as its run.json tells. */
export interface FolderModel {
  readonly sha256: string;
  readonly classes: readonly string[];
}

/** Looks which model lies in a folder; undefined when there is none, or none of this version. */
export async function findFolderModel(folder: string): Promise<FolderModel | undefined> {
  try {
    const text = await readFile(join(folder, 'run.json'), 'utf8');
    const { model, dataset } = runRecordSchema.parse(JSON.parse(text));
    return { sha256: model.sha256, classes: dataset.classes };
  } catch {
    return undefined;
  }
}

/**
 * Says what a user may not expect of the model that is about to be replaced, undefined when there is nothing.
 *
 * @param before - The model that lay there when the training began.
 * @param now - The one that lies there now.
 */
export function describeReplaced(
  folder: string,
  before: FolderModel | undefined,
  now: FolderModel | undefined,
  classes: readonly string[],
): string | undefined {
  if (now === undefined) return undefined;
  if (now.sha256 !== before?.sha256) {
    return `Another training wrote a model to ${folder} while this one ran. This one replaces it.`;
  }
  const isOther = now.classes.join('\n') !== classes.join('\n');
  return isOther
    ? `This replaces a model of other classes (${listSome(now.classes)}) in ${folder}.`
    : undefined;
}

function listSome(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}
