import { adjustHolm } from '../evaluate/adjust-holm.ts';
import { mcnemarTest } from '../evaluate/paired.ts';
import { resampledMean } from '../evaluate/resampled-mean.ts';
import type { RepeatsDifference } from './comparison.ts';
import { judge, type Measured } from './judge.ts';
import type { PairedRepeats } from './pair-seeds.ts';
import { haveOneTestPart, testShareOf } from './test-parts.ts';

type TestParts = PairedRepeats['tested'];

/** Gives how the repeats of each training but the first differ from those of the first, seed by seed. */
export function differencesOf([first, ...others]: readonly PairedRepeats[]): RepeatsDifference[] {
  if (first === undefined) return [];
  const oneTestPart = haveOneTestPart(first.tested);
  // Of those who learned from the fewest photos: the widest interval.
  const testShare = Math.max(...[first, ...others].map(({ runs }) => testShareOf(runs)));
  const spreads = others.map(({ tested }) => {
    const { mean, interval95, pValue } = resampledMean(gainsOf(first.tested, tested), testShare);
    return oneTestPart ? { mean, interval95: null, pValue: null } : { mean, interval95, pValue };
  });
  const byPhoto = others.map(({ tested }) => testByPhoto(first.tested, tested));
  const adjusted = adjustHolm(spreads.map(({ pValue }) => pValue));
  const byPhotoAdjusted = adjustHolm(byPhoto);
  return others.map(({ name, tested }, index) => {
    const { mean, interval95, pValue } = spreads[index] ?? { mean: 0, interval95: null, pValue: null };
    const pooled = mcnemarTest(rightOf(first.tested), rightOf(tested));
    const figures = {
      accuracy: mean,
      onlyFirst: pooled.onlyA,
      onlyThis: pooled.onlyB,
      adjustedPValue: adjusted[index] ?? null,
    };
    const names = { first: first.name, name, basis: `${tested.length} seeds` };
    return {
      ...figures,
      interval95,
      pValue,
      pooledPValue: pooled.pValue,
      photoPValue: byPhoto[index] ?? 1,
      ...judgeSeeds({ ...figures, ...names }, oneTestPart, byPhotoAdjusted[index] ?? 1),
    };
  });
}

function judgeSeeds(measured: Measured, oneTestPart: boolean, byPhoto: number): ReturnType<typeof judge> {
  const unknown = oneTestPart
    ? 'all of them tested the same photos. Compare the folders of a single seed instead.'
    : 'each shows the same difference, so that chance cannot be judged.';
  const { verdict, sentence } = judge({ ...measured, unknown });
  if (verdict !== 'undecided' || oneTestPart || byPhoto >= 0.05) return { verdict, sentence };
  return {
    verdict,
    sentence: `${sentence} These trained models do differ on their test photos by McNemar's test; more seeds or more photos would tell whether others would too.`,
  };
}

/** What each seed's accuracy gains. */
function gainsOf(from: TestParts, to: TestParts): number[] {
  return from.map((photos, seed) => {
    const gained = (to[seed] ?? []).filter(({ right }) => right).length;
    // One division of whole numbers, so that equal gains are equal numbers.
    return (gained - photos.filter(({ right }) => right).length) / photos.length;
  });
}

/** McNemar's test with each photo counted once, for the training that has it right in more of the seeds that tested it. */
function testByPhoto(from: TestParts, to: TestParts): number {
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

function rightOf(tested: TestParts): boolean[] {
  return tested.flatMap((photos) => photos.map(({ right }) => right));
}
