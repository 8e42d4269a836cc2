import type { Difference, Verdict } from './comparison.ts';

/** What {@link judge} goes by. */
export interface Measured {
  readonly first: string;
  readonly name: string;
  readonly accuracy: number;
  readonly onlyFirst: number;
  readonly onlyThis: number;
  readonly adjustedPValue: number | null;
  /** What the accuracy is of: `115 photos`. */
  readonly basis: string;
  /** Why there is no p value, as the end of a sentence. */
  readonly unknown?: string;
}

/** Judges whether a run is better than the first one, and says so in plain words. */
export function judge(measured: Measured): Pick<Difference, 'verdict' | 'sentence'> {
  const { first, name, accuracy, onlyFirst, onlyThis, adjustedPValue, basis, unknown = '' } = measured;
  const verdict = verdictOf(accuracy, adjustedPValue);
  if (verdict !== 'undecided') {
    const sentence = `${name} is ${verdict} than ${first} by ${formatPoints(accuracy)} on ${basis}: ${chanceOf(adjustedPValue ?? 1)}`;
    return { verdict, sentence };
  }
  const alike = onlyFirst + onlyThis === 0;
  const why = alike
    ? 'both are right on the same photos.'
    : adjustedPValue === null
      ? unknown
      : chanceOf(adjustedPValue);
  return { verdict, sentence: `The data cannot tell ${name} from ${first} on ${basis}: ${why}` };
}

function verdictOf(accuracy: number, pValue: number | null): Verdict {
  if (pValue === null || pValue >= 0.05 || accuracy === 0) return 'undecided';
  return accuracy > 0 ? 'better' : 'worse';
}

function formatPoints(fraction: number): string {
  const points = Math.abs(fraction * 100).toFixed(1);
  return points === '1.0' ? '1.0 point' : `${points} points`;
}

/** A p value as a sentence; small ones as one in so many, larger ones as so many in a hundred. */
function chanceOf(pValue: number): string {
  const chance =
    pValue >= 0.95
      ? 'almost every comparison'
      : pValue >= 0.05
        ? `${Math.round(pValue * 100)} of 100 comparisons`
        : pValue < 1e-6
          ? 'fewer than 1 of a million comparisons'
          : `1 of ${roundedDown(1 / pValue).toLocaleString('en')} comparisons`;
  return `if both were equally good, a difference this large would come by chance in ${chance}.`;
}

/** To two digits, so that it never sounds rarer than it is. */
function roundedDown(value: number): number {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(value)) - 1);
  // A tiny excess undoes what the division above has lost: 1 / 0.02 is 50.
  return Math.floor((value + 1e-9 * value) / step) * step;
}
