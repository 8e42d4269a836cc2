import { createRandom } from '../head/random.ts';
import type { TuningRows } from './tuning.ts';

/** The photos of an epoch in the order that they are learned from, and the view that each is seen in. */
export interface EpochPlan {
  readonly photos: Int32Array;
  readonly views: Int32Array;
}

/** Draws an epoch: all photos in a random order, each in one random view. It depends on nothing but its arguments. */
export function planEpoch(
  { photos: count, views: viewCount }: Pick<TuningRows, 'photos' | 'views'>,
  seed: string,
  epoch: number,
): EpochPlan {
  const random = createRandom(`fine-tuning/epoch/${seed}/${epoch}`);
  const photos = Int32Array.from({ length: count }, (_, index) => index);
  // Fisher and Yates' shuffle.
  for (let last = count - 1; last > 0; last--) {
    const other = random.below(last + 1);
    [photos[last], photos[other]] = [photos[other]!, photos[last]!];
  }
  return { photos, views: Int32Array.from(photos, () => random.below(viewCount)) };
}
