import type { Augmentation } from '../image/augment.ts';
import { photoViews, type PhotoView } from '../shared/photo-view.ts';

/** A variant of a photo that is learned from, and never judged by. */
export type AugmentedView = `colour-${1 | 2}` | `strong-${1 | 2 | 3 | 4}`;

/** What a row of features is of: a view of a photo, or a variant of it. */
export type FeatureView = PhotoView | AugmentedView;

/** Which variants a photo gives to learn from. */
export type Augment = 'none' | Augmentation;

const augmented: Readonly<Record<Augment, readonly AugmentedView[]>> = {
  none: [],
  colour: ['colour-1', 'colour-2'],
  strong: ['strong-1', 'strong-2', 'strong-3', 'strong-4'],
};

/** What {@link Augment} may be. */
export const augments = Object.keys(augmented) as readonly Augment[];

/** The variants that a choice adds. */
export function augmentedViewsOf(augment: Augment): readonly AugmentedView[] {
  return augmented[augment];
}

/** Tells the views that a network's graph makes itself from the variants. */
export function isPhotoView(view: FeatureView): view is PhotoView {
  return photoViews.some((known) => known === view);
}

/** How a variant is made. */
export function augmentationOf(view: AugmentedView): Augmentation {
  return view.startsWith('colour') ? 'colour' : 'strong';
}
