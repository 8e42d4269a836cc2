import { createHash } from 'node:crypto';
import { RegraftError } from '../errors.ts';
import { assignClass } from './assign-class.ts';
import { assignSeveral, type SeveralLabels } from './assign-several.ts';
import type { Dataset, Part, Photo } from './dataset.ts';
import { knownParts } from './known-parts.ts';
import { labelsOf } from './labels-of.ts';
import { checkSizes, type ClassParts } from './check-sizes.ts';
import type { PartFractions } from './split-position.ts';

/** How {@link splitDataset} divides the photos. */
export interface SplitOptions {
  /** 1 to 80. */
  readonly validationPercent: number;
  /** 1 to 80; with validationPercent 90 at most. */
  readonly testPercent: number;
  /** Salts the photos' hashes: another seed gives another split. An integer. */
  readonly seed: number;
  /** Allows classes of one photo (training) or two (training and test). */
  readonly allowSmall: boolean;
  /** A split.csv of an earlier run: photos that it names keep their part. */
  readonly splitFile?: string | undefined;
}

/** The part of each photo. */
export interface Split {
  /** Aligned with the data set's photos. */
  readonly parts: readonly Part[];
  readonly source: 'hash' | 'file' | 'dataset';
}

const allParts = ['training', 'validation', 'test'] as const;

/**
 * Divides the photos by their content: u = the first 48 bits of SHA-256(`<seed>:<sha256 of the photo>`) / 2^48 is compared
 * with the percentages, so equal photos get equal parts on any machine, in any folder and order. A class that lacks a part
 * gets the photo whose u is nearest to it. What a split file or the data set itself says goes first. In a multi-label data set see
 * {@link assignSeveral}.
 *
 * @throws RegraftError `INVALID_OPTION`, `INVALID_SPLIT`, `INVALID_CSV`, `CLASS_TOO_SMALL`
 */
export async function splitDataset(dataset: Dataset, options: SplitOptions): Promise<Split> {
  checkOptions(options);
  const { splitFile } = options;
  const known = splitFile === undefined ? undefined : await knownParts(dataset, splitFile);
  const groups = groupPhotos(dataset, allowedParts(dataset, known), options.seed);
  const bounds = { validation: options.validationPercent / 100, test: options.testPercent / 100 };
  const assign = dataset.task === 'multi-label' ? assignTogether : assignApart;
  const { partOf, classes } = assign(groups, dataset.classes.length, bounds);
  checkSizes(
    classes.map((parts, label) => ({ ...parts, name: dataset.classes[label] ?? '' })),
    options.allowSmall,
  );
  const parts = dataset.photos.map(partOf);
  checkTested(parts, splitFile);
  const prescribed = dataset.photos.some(({ part }) => part !== undefined);
  return { parts, source: splitFile !== undefined ? 'file' : prescribed ? 'dataset' : 'hash' };
}

/** Gives the number in [0, 1) that decides about a photo's part: 48 bits of its salted hash. */
export function splitPosition(seed: number, sha256: string): number {
  return createHash('sha256').update(`${seed}:${sha256}`).digest().readUIntBE(0, 6) / 2 ** 48;
}

function checkOptions({ validationPercent, testPercent, seed }: SplitOptions): void {
  for (const [name, value] of Object.entries({ validationPercent, testPercent })) {
    if (value >= 1 && value <= 80) continue;
    throw new RegraftError(
      'INVALID_OPTION',
      `Expected a number from 1 to 80 for ${name}, received ${value}.`,
      {
        hint: 'The default is 10.',
      },
    );
  }
  if (validationPercent + testPercent > 90) {
    throw new RegraftError(
      'INVALID_OPTION',
      `Expected validationPercent and testPercent to be 90 at most together, received ${validationPercent} + ${testPercent}.`,
      { hint: 'Leave at least 10 percent of the photos for training.' },
    );
  }
  if (!Number.isSafeInteger(seed)) {
    throw new RegraftError('INVALID_OPTION', `Expected an integer for seed, received ${seed}.`, {
      hint: 'The default is 0.',
    });
  }
}

/**
 * Which parts a photo may get: the one it is known to have, any for a new one. Where the data set prescribes training
 * photos but leaves out a whole part, its training photos may fill that part.
 */
function allowedParts(
  dataset: Dataset,
  known: ReadonlyMap<string, Part> | undefined,
): (photo: Photo) => readonly Part[] {
  const prescribed = new Set(dataset.photos.map(({ part }) => part));
  const fromTraining = allParts.filter((part) => part === 'training' || !prescribed.has(part));
  return ({ sha256, part }) => {
    const kept = known?.get(sha256);
    if (kept !== undefined) return [kept];
    if (part === undefined) return allParts;
    return part === 'training' ? fromTraining : [part];
  };
}

/** Gives the distinct photos, in the order of their u; of equal photos in two classes one for each. */
function groupPhotos(
  dataset: Dataset,
  allowed: (photo: Photo) => readonly Part[],
  seed: number,
): SeveralLabels[] {
  const groups = new Map<string, SeveralLabels>();
  for (const photo of dataset.photos) {
    const { sha256, label } = photo;
    const key = `${label} ${sha256}`;
    if (groups.has(key)) continue;
    const position = splitPosition(seed, sha256);
    groups.set(key, { sha256, position, allowed: allowed(photo), labels: labelsOf(photo) });
  }
  return [...groups.values()].sort((a, b) => a.position - b.position || (a.sha256 < b.sha256 ? -1 : 1));
}

interface Assigned {
  readonly partOf: (photo: Photo) => Part;
  readonly classes: readonly ClassParts[];
}

/** Assigns each class for itself: what one class needs decides nothing in another. */
function assignApart(groups: readonly SeveralLabels[], classes: number, bounds: PartFractions): Assigned {
  const assigned = groupByClass(groups, classes).map((own) => ({
    groups: own,
    parts: assignClass(own, bounds),
  }));
  const maps = assigned.map(({ groups: own, parts }) => mapParts(own, parts));
  return { classes: assigned, partOf: ({ label, sha256 }) => maps[label]?.get(sha256) ?? 'training' };
}

/** Assigns photos that belong to several classes at once. */
function assignTogether(groups: readonly SeveralLabels[], classes: number, bounds: PartFractions): Assigned {
  const map = mapParts(groups, assignSeveral(groups, classes, bounds));
  const partOf = ({ sha256 }: { readonly sha256: string }): Part => map.get(sha256) ?? 'training';
  return {
    partOf,
    classes: groupByClass(groups, classes).map((own) => ({ groups: own, parts: own.map(partOf) })),
  };
}

function mapParts(groups: readonly SeveralLabels[], parts: readonly Part[]): Map<string, Part> {
  return new Map(groups.map(({ sha256 }, index) => [sha256, parts[index] ?? 'training']));
}

function groupByClass(groups: readonly SeveralLabels[], classes: number): SeveralLabels[][] {
  const members = Array.from({ length: classes }, (): SeveralLabels[] => []);
  for (const group of groups) for (const label of group.labels) members[label]?.push(group);
  return members;
}

function checkTested(parts: readonly Part[], splitFile: string | undefined): void {
  if (parts.includes('test')) return;
  if (splitFile === undefined) {
    throw new RegraftError(
      'CLASS_TOO_SMALL',
      'Expected a photo for testing in one class at least, found none.',
      {
        hint: 'Add photos: a class of two or more gives one to the test part.',
      },
    );
  }
  throw new RegraftError('INVALID_SPLIT', `${splitFile} leaves no photo for testing.`, {
    hint: 'Mark some photos as test, or remove their rows to have the part chosen.',
  });
}
