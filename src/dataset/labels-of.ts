import type { Photo } from './dataset.ts';

/** Gives the classes of a photo, as indices in ascending order: one, or in a multi-label data set any number. */
export function labelsOf({ label, labels }: Pick<Photo, 'label' | 'labels'>): readonly number[] {
  return labels ?? [label];
}
