import type { Part } from './dataset.ts';

/** The copies of one photo, which always share a part. */
export interface PhotoGroup {
  readonly sha256: string;
  /** u in [0, 1). */
  readonly position: number;
  /** The parts it may have; one only if it is known already. */
  readonly allowed: readonly Part[];
}

/** Fractions of the photos for validation and test. */
export interface PartFractions {
  readonly validation: number;
  readonly test: number;
}

/** In this order, since validation and test are filled up from training. */
export const fillOrder = ['training', 'validation', 'test'] as const;

/** Gives the part that follows from u alone, u < validation → validation, < validation + test → test, else training; the only one where it is known. */
export function partOfPosition({ position, allowed }: PhotoGroup, fractions: PartFractions): Part {
  const [only] = allowed;
  if (allowed.length === 1 && only !== undefined) return only;
  const part = fillOrder.find((name) => distanceToPart(position, name, fractions) === 0) ?? 'training';
  return allowed.includes(part) ? part : 'training';
}

/** How far u lies from the interval of a part; 0 inside. */
export function distanceToPart(position: number, part: Part, { validation, test }: PartFractions): number {
  const intervals = {
    validation: [0, validation],
    test: [validation, validation + test],
    training: [validation + test, 1],
  } as const;
  const [low, high] = intervals[part];
  if (position < low) return low - position;
  // At the upper bound itself u already belongs to the next part.
  return position < high ? 0 : Math.max(position - high, Number.MIN_VALUE);
}
