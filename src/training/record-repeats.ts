import type { Dataset } from '../dataset/dataset.ts';
import type { RepeatsRecord } from '../runs/repeats-record.ts';
import { summariseRepeats } from '../runs/summarise-repeats.ts';
import { haveOneTestPart } from '../runs/test-parts.ts';
import { type FinishedSeed, seedFolder } from './finished-seeds.ts';
import type { RepeatsBasis } from './repeats-basis.ts';
import { currentVersions } from './versions.ts';

/** Assembles what `repeats.json` keeps of the seeds that are finished, at least one. */
export function recordRepeats(
  repeats: number,
  { dataset, fingerprint }: RepeatsBasis,
  finished: readonly FinishedSeed[],
): RepeatsRecord {
  const runs = finished.map(({ run }) => run);
  return {
    schemaVersion: 1,
    repeats,
    dataset: describeDataset(dataset),
    runs: finished.map(recordSeed),
    summary: summariseRepeats(runs),
    notices:
      runs.length > 1 && haveOneTestPart(runs.map(({ tested }) => tested))
        ? [
            'All seeds were tested on the same photos, as the split was given: the spread shows the chance in the training, not that of the photos.',
          ]
        : [],
    fingerprint,
    versions: currentVersions(),
    finishedAt: new Date().toISOString(),
  };
}

function describeDataset({ name, classes, photos }: Dataset): RepeatsRecord['dataset'] {
  return { name, classes: [...classes], photos: photos.length };
}

function recordSeed({ run: { record }, sha256 }: FinishedSeed): RepeatsRecord['runs'][number] {
  const { split, metrics, head, backbone, timings } = record;
  return {
    seed: split.seed,
    folder: seedFolder(split.seed),
    training: split.training,
    validation: split.validation,
    test: split.test,
    accuracy: metrics.test.accuracy,
    logLoss: metrics.test.logLoss,
    ece: metrics.test.ece,
    validationAccuracy: metrics.validation.accuracy,
    head: head.type,
    taps: backbone.taps,
    headMs: timings.headMs,
    sha256,
  };
}
