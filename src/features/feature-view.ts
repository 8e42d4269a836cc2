import type { Augmentation } from '../image/augment.ts';
import { photoViews, type PhotoView } from '../shared/photo-view.ts';

/** A picture made of a photo at random, though always the same: learned from, never judged by. */
export type AugmentedView = `colour-${1 | 2}` | `strong-${1 | 2 | 3 | 4}`;

/** What a row of features is of. */
export type FeatureView = PhotoView | AugmentedView;

/** Which augmented views of a photo are learned from. */
export type Augment = 'none' | Augmentation;

const augmented: Readonly<Record<Augment, readonly AugmentedView[]>> = {
  none: [],
  colour: ['colour-1', 'colour-2'],
  strong: ['strong-1', 'strong-2', 'strong-3', 'strong-4'],
};

/** What {@link Augment} may be. */
export const augments = Object.keys(augmented) as readonly Augment[];

/** The augmented views that a choice adds. */
export function augmentedViewsOf(augment: Augment): readonly AugmentedView[] {
  return augmented[augment];
}

/** Tells the views that a graph makes itself from augmented ones. */
export function isPhotoView(view: FeatureView): view is PhotoView {
  return photoViews.some((known) => known === view);
}

/** How an augmented view is made. */
export function augmentationOf(view: AugmentedView): Augmentation {
  return view.startsWith('colour') ? 'colour' : 'strong';
}
