import { wilsonInterval } from './wilson.ts';

/** What becomes of photos of known classes when some are rejected as unknown. */
export interface Rejection {
  readonly count: number;
  /** How many are rejected, all of them wrongly. */
  readonly rejected: number;
  /** Wilson's 95 % interval of the share that is rejected. */
  readonly interval95: readonly [number, number];
  /** Fraction of the others that are classified right; null when all are rejected. */
  readonly acceptedAccuracy: number | null;
}

/**
 * Counts photos that are rejected, and those among the others that are right.
 *
 * @param isRejected of each photo
 * @param isRight whether each is classified right, aligned with `isRejected`
 */
export function measureRejection(isRejected: readonly boolean[], isRight: readonly boolean[]): Rejection {
  const count = isRejected.length;
  const rejected = isRejected.filter(Boolean).length;
  const right = isRight.filter((value, index) => value && isRejected[index] === false).length;
  return {
    count,
    rejected,
    interval95: wilsonInterval(rejected, count),
    acceptedAccuracy: rejected === count ? null : right / (count - rejected),
  };
}
