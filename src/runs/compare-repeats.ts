import { adjustHolm } from '../evaluate/adjust-holm.ts';
import { calibrationError } from '../evaluate/calibration-error.ts';
import { mcnemarTest } from '../evaluate/paired.ts';
import { resampledMean } from '../evaluate/resampled-mean.ts';
import type { ComparedRepeats, RepeatsComparison } from './comparison.ts';
import type { TestedPhoto } from './finished-run.ts';
import { judge } from './judge.ts';
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
  const differences = compareWithFirst(paired, haveOneTestPart(parts));
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

function compareWithFirst(
  paired: readonly PairedRepeats[],
  oneTestPart: boolean,
): ComparedRepeats['difference'][] {
  const [first, ...others] = paired;
  if (first === undefined) return [];
  // Of those who learned from the fewest photos: the widest interval.
  const testShare = Math.max(...paired.map(({ runs }) => testShareOf(runs)));
  const spreads = others.map(({ tested }) => resampledMean(gainsOf(first.tested, tested), testShare));
  const pValues = spreads.map(({ pValue }) => (oneTestPart ? null : pValue));
  const adjusted = adjustHolm(pValues);
  return others.map(({ name, tested }, index) => {
    const pooled = mcnemarTest(rightOf(first.tested), rightOf(tested));
    const figures = {
      accuracy: spreads[index]?.mean ?? 0,
      onlyFirst: pooled.onlyA,
      onlyThis: pooled.onlyB,
      adjustedPValue: adjusted[index] ?? null,
    };
    return {
      ...figures,
      interval95: oneTestPart ? null : (spreads[index]?.interval95 ?? null),
      pValue: pValues[index] ?? null,
      pooledPValue: pooled.pValue,
      photoPValue: testByPhoto(first.tested, tested),
      ...judge({
        ...figures,
        first: first.name,
        name,
        basis: `${tested.length} seeds`,
        unknown: oneTestPart
          ? 'all of them tested the same photos. Compare the folders of a single seed instead.'
          : 'each shows the same difference, so that chance cannot be judged.',
      }),
    };
  });
}

/** What each seed's accuracy gains. */
function gainsOf(
  from: readonly (readonly TestedPhoto[])[],
  to: readonly (readonly TestedPhoto[])[],
): number[] {
  return from.map((photos, seed) => {
    const gained = (to[seed] ?? []).filter(({ right }) => right).length;
    // One division of whole numbers, so that equal gains are equal numbers.
    return (gained - photos.filter(({ right }) => right).length) / photos.length;
  });
}

/** McNemar's test with each photo counted once, for the training that has it right in more of the seeds that tested it. */
function testByPhoto(
  from: readonly (readonly TestedPhoto[])[],
  to: readonly (readonly TestedPhoto[])[],
): number {
  const balances = new Map<string, number>();
  from.forEach((photos, seed) =>
    photos.forEach(({ key, right }, index) => {
      const gain = Number(to[seed]?.[index]?.right ?? right) - Number(right);
      balances.set(key, (balances.get(key) ?? 0) + gain);
    }),
  );
  const all = [...balances.values()];
  return mcnemarTest(
    all.map((balance) => balance < 0),
    all.map((balance) => balance > 0),
  ).pValue;
}

function rightOf(tested: readonly (readonly TestedPhoto[])[]): boolean[] {
  return tested.flatMap((photos) => photos.map(({ right }) => right));
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
      rightOf(tested),
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
