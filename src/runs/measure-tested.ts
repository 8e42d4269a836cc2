import { calibrationError } from '../evaluate/calibration-error.ts';
import { wilsonInterval } from '../evaluate/wilson.ts';
import type { FinishedRun, TestedPhoto } from './finished-run.ts';

/** Figures of a run on some of its test photos. */
export interface TestedFigures {
  readonly right: number;
  readonly accuracy: number;
  readonly interval95: readonly [number, number];
  readonly logLoss: number;
  readonly ece: number;
}

/** A probability that is written as 0.000000 is less than this. */
const smallestWritten = 5e-7;

/** Measures a run on some of its test photos; on all of them the figures are those of its record, which no rounding has touched. */
export function measureTested(
  { record, tested }: FinishedRun,
  photos: readonly TestedPhoto[],
): TestedFigures {
  const right = photos.filter((photo) => photo.right).length;
  if (photos.length === tested.length) {
    const { accuracy, interval95, logLoss, ece } = record.metrics.test;
    return { right, accuracy, interval95, logLoss, ece };
  }
  const loss = photos.reduce(
    (sum, { likelihood }) => sum - Math.log(Math.max(likelihood, smallestWritten)),
    0,
  );
  return {
    right,
    accuracy: right / photos.length,
    interval95: wilsonInterval(right, photos.length),
    logLoss: loss / photos.length,
    ece: calibrationError(
      photos.map(({ confidence }) => confidence),
      photos.map((photo) => photo.right),
    ),
  };
}
