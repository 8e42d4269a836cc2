import { RegraftError } from '../errors.ts';
import type { Part } from './dataset.ts';
import { listSome } from './findings.ts';
import { isTooSmall, openParts } from './open-parts.ts';
import type { PhotoGroup } from './split-position.ts';

/** The distinct photos of a class and their parts. */
export interface ClassParts {
  readonly groups: readonly PhotoGroup[];
  /** Aligned with `groups`. */
  readonly parts: readonly Part[];
}

/**
 * Makes sure that each class has photos for its parts, one to train on at least.
 *
 * @throws RegraftError `CLASS_TOO_SMALL` naming the classes that have not
 */
export function checkSizes(
  classes: readonly (ClassParts & { readonly name: string })[],
  allowSmall: boolean,
): void {
  const small = allowSmall ? [] : classes.filter(({ groups }) => isTooSmall(groups));
  if (small.length > 0) {
    throw new RegraftError(
      'CLASS_TOO_SMALL',
      `Expected 3 or more different photos in each class, one each for training, validation and test; too few are in ${listSizes(small)}.`,
      { hint: smallHint },
    );
  }
  const untrained = classes.filter(({ parts }) => !parts.includes('training'));
  if (untrained.length > 0) {
    const names = untrained.map(({ name }) => `"${name}"`);
    throw new RegraftError(
      'CLASS_TOO_SMALL',
      `Expected a training photo in each class; none is in ${listSome(names, Infinity)}, as their photos are all given to validation or test.`,
      { hint: 'Add training photos to these classes, or remove the classes.' },
    );
  }
  const stuck = allowSmall ? [] : classes.filter(isStuck);
  if (stuck.length > 0) {
    throw new RegraftError(
      'CLASS_TOO_SMALL',
      `Expected photos of each class in training, validation and test; as they also show other rare classes, those of ${listSizes(stuck)} cannot be spread so.`,
      { hint: smallHint },
    );
  }
}

const smallHint = 'Add photos to these classes, remove them, or allow small classes (--allow-small).';

/** Only where photos have several labels: what one class needs, another may not be able to give away. */
function isStuck({ groups, parts }: ClassParts): boolean {
  return (
    groups.every(({ allowed }) => allowed.length > 1) &&
    [...openParts(groups)].some((part) => !parts.includes(part))
  );
}

function listSizes(classes: readonly (ClassParts & { readonly name: string })[]): string {
  return listSome(
    classes.map(({ name, groups }) => `"${name}" (${groups.length})`),
    Infinity,
  );
}
