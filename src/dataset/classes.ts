import { RegraftError } from '../errors.ts';
import { listSome } from './findings.ts';
import type { HashedPhoto } from './hash-photos.ts';
import { compareNatural } from './natural-order.ts';
import { nearestName } from './nearest-name.ts';
import type { PhotoSource } from './photo-source.ts';

/** Gives the classes of photos, as written and in natural order. */
export function listClasses(photos: readonly HashedPhoto[]): string[] {
  return [...new Set(photos.flatMap(({ label, labels }) => labels ?? [label]))].sort(compareNatural);
}

/**
 * Makes sure that there are two classes at least, or one.
 *
 * @param path the folder or CSV, for the message
 * @throws RegraftError `NO_CLASSES`, `ONE_CLASS`
 */
export async function checkClasses(
  classes: readonly string[],
  source: PhotoSource,
  path: string,
  minClasses: 1 | 2,
): Promise<void> {
  const [first] = classes;
  if (first === undefined) {
    throw new RegraftError(
      'NO_CLASSES',
      `Expected ${minClasses === 1 ? 'one' : 'two'} or more classes of photos (JPEG, PNG, WebP, AVIF, GIF or TIFF) in ${path}, found none.`,
      { hint: await source.adviseOnNoClass() },
    );
  }
  if (classes.length < minClasses) {
    throw new RegraftError(
      'ONE_CLASS',
      `Expected two or more classes of photos in ${path}, found only "${first}".`,
      {
        hint: await source.adviseOnOneClass(first),
      },
    );
  }
}

/**
 * Makes sure that each class that was asked for has a photo.
 *
 * @param found classes that have photos
 * @param path the folder or CSV, for the message
 * @param others classes that are there and were not asked for
 * @throws RegraftError `INVALID_OPTION` naming those that have none
 */
export function checkAskedClasses(
  asked: readonly string[],
  found: readonly string[],
  path: string,
  others: readonly string[],
): void {
  const missing = asked.filter((name) => !found.includes(name));
  const [first] = missing;
  if (first === undefined) return;
  const nearest = nearestName(first, others);
  throw new RegraftError(
    'INVALID_OPTION',
    `Expected photos of each of the classes asked for in ${path} but found none of ${listSome(missing.map((name) => JSON.stringify(name)))}.`,
    {
      hint:
        nearest === undefined
          ? `Correct the classes (--classes) or add photos of them.${others.length === 0 ? '' : ` There is also ${listSome(others)}.`}`
          : `Did you mean ${JSON.stringify(nearest)}?`,
    },
  );
}

/** Says what is odd about class names: lost classes, and names that look the same. */
export function describeClasses(classes: readonly string[], before: readonly HashedPhoto[]): string[] {
  const notices: string[] = [];
  const lost = listClasses(before).filter((name) => !classes.includes(name));
  if (lost.length > 0) {
    notices.push(`Classes without a photo of their own, left out: ${listSome(lost)}.`);
  }
  const forms = new Map<string, number>();
  for (const written of classes) {
    const name = written.normalize('NFC');
    forms.set(name, (forms.get(name) ?? 0) + 1);
  }
  for (const [name, alike] of forms) {
    if (alike === 1) continue;
    notices.push(
      `${alike} classes look the same, "${name}", but their names are written in different Unicode forms; they stay apart.`,
    );
  }
  return notices;
}
