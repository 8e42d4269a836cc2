import type { LabelledPhoto } from './labelled-photo.ts';

/** A model's photos with those that were added to them. */
export interface JoinedPhotos {
  readonly photos: readonly LabelledPhoto[];
  /** Photos that the model did not have. */
  readonly fresh: number;
  /** Photos that it had already, in the same class. */
  readonly again: number;
  /** Photos that it had in another class: they take the one that they were added with, and keep their part. */
  readonly moved: number;
}

/** Adds photos to those of a model. A photo of the same content is not doubled. */
export function joinAdded(known: readonly LabelledPhoto[], added: readonly LabelledPhoto[]): JoinedPhotos {
  const labels = new Map(added.map((photo) => [photo.sha256, photo.labels]));
  const present = new Set(known.map(({ sha256 }) => sha256));
  const fresh = added.filter(({ sha256 }) => !present.has(sha256));
  const changed = new Set<string>();
  const photos = known.map((photo) => {
    const wanted = labels.get(photo.sha256);
    if (wanted === undefined || sameNames(wanted, photo.labels)) return photo;
    changed.add(photo.sha256);
    return { ...photo, labels: wanted };
  });
  const again = new Set(added.flatMap(({ sha256 }) => (present.has(sha256) ? [sha256] : [])));
  return {
    // Two folders may hold the same photo: the last one says what it is.
    photos: [...photos, ...fresh.map((photo) => ({ ...photo, labels: labels.get(photo.sha256) ?? [] }))],
    fresh: fresh.length,
    again: again.size - changed.size,
    moved: changed.size,
  };
}

/** Whether two lists hold the same names, in any order. */
export function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name) => b.includes(name));
}
