import type { Part, SkippedPhoto } from './dataset.ts';
import { count, listSome } from './findings.ts';

/** What tells copies of a photo, or of its bottleneck file. */
export interface LabelledPhoto {
  readonly path: string;
  /** Name of its class. */
  readonly label: string;
  /** In a multi-label data set: names of all its classes. */
  readonly labels?: readonly string[];
  /** SHA-256 of the file's bytes, hexadecimal. */
  readonly sha256: string;
  readonly part?: Part;
}

/** Photos whose bytes are in one class only, and what was found about the others. */
export interface Untangled<P extends LabelledPhoto> {
  readonly photos: readonly P[];
  readonly skipped: readonly SkippedPhoto[];
  readonly notices: readonly string[];
}

/**
 * Leaves out photos that lie in two classes, all copies of them, as nobody can tell which label is right; in a multi-label data set each
 * copy gets the labels of all of them instead. Copies within a class stay; those in several prescribed parts count as the most protected
 * one, so that nothing is tested on what was learned.
 */
export function untangleCopies<P extends LabelledPhoto>(photos: readonly P[]): Untangled<P> {
  const kept: P[] = [];
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
    for (const photo of joinLabels(group)) {
      if (part === undefined || photo.part === part) {
        kept.push(photo);
      } else {
        kept.push({ ...photo, part });
        if (photo.part !== undefined) moved.push(photo.path);
      }
    }
  }
  const several = photos.some(({ labels }) => labels !== undefined);
  return { photos: kept, skipped, notices: describeCopies(copies, moved, several) };
}

function joinLabels<P extends LabelledPhoto>(group: readonly P[]): readonly P[] {
  if (group.length === 1 || group[0]?.labels === undefined) return group;
  const labels = [...new Set(group.flatMap((photo) => photo.labels ?? []))];
  return group.map((photo) => ({ ...photo, labels }));
}

function groupByHash<P extends LabelledPhoto>(photos: readonly P[]): Iterable<P[]> {
  const groups = new Map<string, P[]>();
  for (const photo of photos) {
    const group = groups.get(photo.sha256);
    if (group === undefined) groups.set(photo.sha256, [photo]);
    else group.push(photo);
  }
  return groups.values();
}

function ambiguous(photo: LabelledPhoto, group: readonly LabelledPhoto[]): SkippedPhoto {
  const other = group.find(({ label }) => label !== photo.label);
  const reason = `The same photo is also in the class "${other?.label ?? ''}", as ${other?.path ?? ''}: remove the wrong one.`;
  return { path: photo.path, code: 'PHOTO_IN_TWO_CLASSES', reason };
}

function mostProtected(group: readonly LabelledPhoto[]): Part | undefined {
  return (['test', 'validation', 'training'] as const).find((part) =>
    group.some((photo) => photo.part === part),
  );
}

function describeCopies(copies: number, moved: readonly string[], several: boolean): string[] {
  const notices: string[] = [];
  if (copies > 0) {
    notices.push(
      `${count(copies, 'photo is an exact copy', 'photos are exact copies')} of another${several ? '; copies always share their labels and their part' : ' in the same class; copies always share a part'}.`,
    );
  }
  if (moved.length > 0) {
    notices.push(
      `${count(moved.length, 'photo has', 'photos have')} a copy in the test or validation part and ${moved.length === 1 ? 'was' : 'were'} moved there: ${listSome(moved)}.`,
    );
  }
  return notices;
}
