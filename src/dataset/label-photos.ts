import type { Photo } from './dataset.ts';
import type { HashedPhoto } from './hash-photos.ts';
import { compareNatural } from './natural-order.ts';

/** Gives photos the indices of their classes and puts them in a data set's order: by class (those without one last), then by path. */
export function labelPhotos(photos: readonly HashedPhoto[], classes: readonly string[]): Photo[] {
  const indices = new Map(classes.map((name, index) => [name, index]));
  const indexOf = (name: string): number => indices.get(name) ?? -1;
  const place = ({ label }: Photo): number => (label === -1 ? classes.length : label);
  return photos
    .map(({ label, labels: names, ...photo }): Photo => {
      if (names === undefined) return { ...photo, label: indexOf(label) };
      const labels = names.map(indexOf).sort((a, b) => a - b);
      return { ...photo, label: labels[0] ?? -1, labels };
    })
    .sort((a, b) => place(a) - place(b) || compareNatural(a.path, b.path));
}
