import { calibrationError } from '../evaluate/calibration-error.ts';
import type { FinishedRun } from './finished-run.ts';
import type { RepeatsRecord } from './repeats-record.ts';
import { spreadOf, spreadOfAccuracy } from './spread.ts';
import { countPhotos, haveOneTestPart, testShareOf } from './test-parts.ts';

/** Sums up trainings that differ in their seed alone, at least one. */
export function summariseRepeats(runs: readonly FinishedRun[]): RepeatsRecord['summary'] {
  const tests = runs.map(({ record }) => record.metrics.test);
  const validation = runs.flatMap(({ record }) => record.metrics.validation.accuracy ?? []);
  const parts = runs.map(({ tested }) => tested);
  const { interval95, ...accuracy } = spreadOfAccuracy(
    tests.map((test) => test.accuracy),
    testShareOf(runs),
    haveOneTestPart(parts),
  );
  return {
    accuracy: { ...accuracy, interval95: interval95 === null ? null : [...interval95] },
    logLoss: spreadOf(tests.map(({ logLoss }) => logLoss)),
    ece: spreadOf(tests.map(({ ece }) => ece)),
    validationAccuracy: validation.length === runs.length ? spreadOf(validation) : null,
    headMs: spreadOf(runs.map(({ record }) => record.timings.headMs)),
    pooled: { photos: countPhotos(parts), ...poolPredictions(runs) },
  };
}

function poolPredictions(runs: readonly FinishedRun[]): Omit<RepeatsRecord['summary']['pooled'], 'photos'> {
  const tested = runs.flatMap((run) => run.tested);
  const right = tested.map((photo) => photo.right);
  return {
    predictions: tested.length,
    accuracy: right.filter(Boolean).length / tested.length,
    ece: calibrationError(
      tested.map(({ confidence }) => confidence),
      right,
    ),
  };
}
