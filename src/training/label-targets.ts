import type { Dataset, Photo } from '../dataset/dataset.ts';
import { labelsOf } from '../dataset/labels-of.ts';
import type { LabelledRows } from '../head/head.ts';
import type { FeaturesOfParts, PartFeatures } from './features-of-parts.ts';

/** Gives the parts of a multi-label dataset their targets; those of others stay as they are. */
export function withTargets(parts: FeaturesOfParts, { task, classes }: Dataset): FeaturesOfParts {
  if (task === 'single-label') return parts;
  const add = (part: PartFeatures): PartFeatures => {
    const photos = new Map(part.photos.map((photo) => [photo.sha256, photo]));
    return {
      ...part,
      targets: targetsOf(part, photos, classes.length),
      ...(part.learn === undefined
        ? {}
        : { learn: { ...part.learn, targets: targetsOf(part.learn, photos, classes.length) } }),
    };
  };
  return {
    ...parts,
    training: add(parts.training),
    validation: add(parts.validation),
    test: add(parts.test),
  };
}

/** 1 where a row's photo, which its identity names, shows the class. */
function targetsOf(
  { identities }: Pick<LabelledRows, 'identities'>,
  photos: ReadonlyMap<string, Photo>,
  classes: number,
): Uint8Array {
  const targets = new Uint8Array(identities.length * classes);
  for (const [row, identity] of identities.entries()) {
    const photo = photos.get(identity);
    if (photo === undefined) throw new RangeError(`Expected the photo of row ${row} but found none.`);
    for (const label of labelsOf(photo)) targets[row * classes + label] = 1;
  }
  return targets;
}
