import { join } from 'node:path';
import { loadClassifier } from '../classify.ts';
import { readSplitCsv } from '../dataset/split-csv.ts';
import { RegraftError } from '../errors.ts';

/** A test photo with its class and the model's answer. */
export interface HeldOutPhoto {
  /** Relative to the folder of photos. */
  readonly path: string;
  readonly truth: string;
  readonly label: string;
  readonly probability: number;
}

/** Classifies the first test photo of a training on a folder of class folders. */
export async function classifyHeldOut(
  photos: string,
  modelFolder: string,
  signal: AbortSignal,
): Promise<HeldOutPhoto> {
  const rows = await readSplitCsv(join(modelFolder, 'split.csv'));
  const path = rows.find(({ part }) => part === 'test')?.path;
  if (path === undefined) throw new Error(`No test photo is listed in ${modelFolder}.`);
  await using classifier = await loadClassifier(modelFolder, { signal });
  const { label, probability, error } = await classifier.classifyOne(join(photos, path), { signal });
  if (label === null || probability === null) {
    throw new RegraftError('NO_PHOTO_READ', `${path} could not be read: ${error?.reason ?? ''}`);
  }
  return { path, truth: path.split('/')[0] ?? '', label, probability };
}
