import type { ViewCount } from '../shared/photo-view.ts';
import type { ResolvedTrainOptions } from './options.ts';

/** How many views a training looks at. */
export interface ViewChoice {
  /** Views of each photo to learn from. */
  readonly views: ViewCount;
  /** Views that the model averages. */
  readonly testViews: ViewCount;
  /** Why so many, where it was not asked for. */
  readonly reason: string | null;
}

/** What the choice goes by. */
export interface ViewInput {
  /** Photos of all parts. */
  readonly photos: number;
  /** Photos to learn from, in training and validation. */
  readonly learned: number;
  readonly classes: number;
  /** The network takes one photo at a time. */
  readonly single: boolean;
}

/** With so many photos a class, more views of each gained nothing that could be measured: docs/accuracy.md. */
const fewPhotosAClass = 25;
/** Ten views of more photos are no matter of seconds. */
const mostPhotos = 250;

/**
 * Chooses the views that were not asked for by what they gain and cost: ten to learn from where photos are few, one otherwise, and one to test with, as
 * each of those makes every prediction slower.
 */
export function chooseViews(
  { views, testViews, head }: Pick<ResolvedTrainOptions, 'views' | 'testViews' | 'head'>,
  { photos, learned, classes, single }: ViewInput,
): ViewChoice {
  if (views !== 'auto') return { views, testViews: testViews ?? views, reason: null };
  const tested = testViews ?? 1;
  const aClass = Math.round(learned / classes);
  if (head === 'retrain') return { views: 1, testViews: tested, reason: 'the classic looks at one view' };
  if (single) return { views: 1, testViews: tested, reason: 'the network takes one photo at a time' };
  if (aClass >= fewPhotosAClass) {
    const reason = `with ${aClass} photos a class to learn from, more views gain next to nothing`;
    return { views: 1, testViews: tested, reason };
  }
  if (photos > mostPhotos) {
    const reason = `more views of ${photos.toLocaleString('en')} photos take minutes; --views 10 may gain a point`;
    return { views: 1, testViews: tested, reason };
  }
  const reason = `with ${aClass} photos a class to learn from, ten views of each gain up to 3 points for some seconds`;
  return { views: 10, testViews: tested, reason };
}
