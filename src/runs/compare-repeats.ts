import { calibrationError } from '../evaluate/calibration-error.ts';
import type { ComparedRepeats, RepeatsComparison } from './comparison.ts';
import { differencesOf } from './differences-of.ts';
import { measureTested } from './measure-tested.ts';
import { type NamedRepeats, type PairedRepeats, pairSeeds } from './pair-seeds.ts';
import { spreadOf, spreadOfAccuracy } from './spread.ts';
import { countPhotos, haveOneTestPart, testShareOf } from './test-parts.ts';

/**
 * Compares the repeats of several trainings with those of the first one, seed by seed on the same test photos.
 *
 * @param common Whether to compare on the seeds, and the photos of each seed, that all of them tested.
 * @throws RegraftError `RUNS_DIFFER`
 */
export function compareRepeats(repeats: readonly NamedRepeats[], common: boolean): RepeatsComparison {
  const { seeds, paired } = pairSeeds(repeats, common);
  const parts = paired[0]?.tested ?? [];
  const differences = differencesOf(paired);
  const basis = { predictions: parts.flat().length, photos: countPhotos(parts) };
  return {
    kind: 'repeats',
    classes: paired[0]?.runs[0]?.record.dataset.classes ?? [],
    seeds,
    ...basis,
    runs: paired.map((one, index) => describeRepeats(one, differences[index - 1] ?? null)),
    notices: describeBasis(paired, basis),
  };
}

function describeRepeats(
  { name, folder, runs, tested }: PairedRepeats,
  difference: ComparedRepeats['difference'],
): ComparedRepeats {
  const figures = runs.map((run, index) => measureTested(run, tested[index] ?? []));
  return {
    name,
    folder,
    backbone: runs[0]?.record.backbone.id ?? '',
    heads: [...new Set(runs.map(({ record }) => record.head.type))],
    accuracy: spreadOfAccuracy(
      figures.map(({ accuracy }) => accuracy),
      testShareOf(runs),
      haveOneTestPart(tested),
    ),
    logLoss: spreadOf(figures.map(({ logLoss }) => logLoss)),
    pooledEce: calibrationError(
      tested.flatMap((photos) => photos.map(({ confidence }) => confidence)),
      tested.flatMap((photos) => photos.map(({ right }) => right)),
    ),
    headMs: spreadOf(runs.map(({ record }) => record.timings.headMs)),
    difference,
  };
}

function describeBasis(
  paired: readonly PairedRepeats[],
  { predictions, photos }: { predictions: number; photos: number },
): string[] {
  const notices: string[] = [];
  const isPart = paired.some(({ runs, tested }) =>
    runs.some((run, index) => run.tested.length !== tested[index]?.length),
  );
  if (isPart) {
    notices.push(
      'Compared on the photos that all trainings tested with the same seed; none of them learned from these.',
    );
  }
  if (photos < predictions) {
    notices.push(
      `Some photos were tested by several seeds: the ${predictions.toLocaleString('en')} predictions are of ${photos.toLocaleString('en')} photos. The p of McNemar's test counts each photo once; over all predictions it would be smaller than it should be. The verdict goes by the corrected t test, which allows for other training photos too.`,
    );
  }
  return notices;
}
