import type { Photo } from './dataset.ts';
import type { SkippedPhoto } from './dataset.ts';
import { count, listSome } from './findings.ts';
import type { HashedPhoto } from './hash-photos.ts';

/** Photos whose bytes are in one class only, and what was found about the others. */
export interface Untangled {
  readonly photos: readonly HashedPhoto[];
  readonly skipped: readonly SkippedPhoto[];
  readonly notices: readonly string[];
}

/**
 * Leaves out photos that lie in two classes, all copies of them, as nobody can tell which label is right. Copies within a
 * class stay; those in several prescribed parts count as the most protected one, so that nothing is tested on what was learned.
 */
export function untangleCopies(photos: readonly HashedPhoto[]): Untangled {
  const kept: HashedPhoto[] = [];
  const skipped: SkippedPhoto[] = [];
  const moved: string[] = [];
  let copies = 0;
  for (const group of groupByHash(photos)) {
    if (group.some(({ label }) => label !== group[0]?.label)) {
      skipped.push(...group.map((photo) => ambiguous(photo, group)));
      continue;
    }
    copies += group.length - 1;
    const part = mostProtected(group);
    for (const photo of group) {
      if (part === undefined || photo.part === part) {
        kept.push(photo);
      } else {
        kept.push({ ...photo, part });
        if (photo.part !== undefined) moved.push(photo.path);
      }
    }
  }
  return { photos: kept, skipped, notices: describeCopies(copies, moved) };
}

function groupByHash(photos: readonly HashedPhoto[]): Iterable<HashedPhoto[]> {
  const groups = new Map<string, HashedPhoto[]>();
  for (const photo of photos) {
    const group = groups.get(photo.sha256);
    if (group === undefined) groups.set(photo.sha256, [photo]);
    else group.push(photo);
  }
  return groups.values();
}

function ambiguous(photo: HashedPhoto, group: readonly HashedPhoto[]): SkippedPhoto {
  const other = group.find(({ label }) => label !== photo.label);
  const reason = `The same photo is also in the class "${other?.label ?? ''}", as ${other?.path ?? ''}: remove the wrong one.`;
  return { path: photo.path, code: 'PHOTO_IN_TWO_CLASSES', reason };
}

function mostProtected(group: readonly HashedPhoto[]): Photo['part'] {
  return (['test', 'validation', 'training'] as const).find((part) =>
    group.some((photo) => photo.part === part),
  );
}

function describeCopies(copies: number, moved: readonly string[]): string[] {
  const notices: string[] = [];
  if (copies > 0) {
    notices.push(
      `${count(copies, 'photo is an exact copy', 'photos are exact copies')} of another in the same class; copies always share a part.`,
    );
  }
  if (moved.length > 0) {
    notices.push(
      `${count(moved.length, 'photo has', 'photos have')} a copy in the test or validation part and ${moved.length === 1 ? 'was' : 'were'} moved there: ${listSome(moved)}.`,
    );
  }
  return notices;
}
