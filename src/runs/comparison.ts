/** Whether a run is better than the first one as far as the data can tell: the adjusted p value is below 0.05. */
export type Verdict = 'better' | 'worse' | 'undecided';

/** How a run differs from the first one on the same photos. Accuracies are fractions, this run's minus the first one's. */
export interface Difference {
  readonly accuracy: number;
  /** 95 %: of runs by the paired bootstrap over photos, of repeats by the corrected t over seeds; null where it cannot be known. */
  readonly interval95: readonly [number, number] | null;
  /** Test predictions that only the first run has right, and only this one. */
  readonly onlyFirst: number;
  readonly onlyThis: number;
  /** Of runs by McNemar's exact test, of repeats by the corrected t test; null where it cannot be known. */
  readonly pValue: number | null;
  /** Holm's, for all comparisons of this call together; with two runs `pValue` itself. */
  readonly adjustedPValue: number | null;
  readonly verdict: Verdict;
  /** The verdict in plain words. */
  readonly sentence: string;
}

/** One run of a comparison, measured on the photos that are compared. */
export interface ComparedRun {
  readonly name: string;
  readonly folder: string;
  readonly seed: number;
  readonly backbone: string;
  readonly taps: readonly string[];
  readonly head: string;
  /** Photos in the training part. */
  readonly training: number;
  readonly headMs: number;
  readonly modelBytes: number;
  readonly right: number;
  readonly accuracy: number;
  readonly interval95: readonly [number, number];
  readonly logLoss: number;
  readonly ece: number;
  /** Null for the first run. */
  readonly difference: Difference | null;
}

/** Several trainings on the same test photos. */
export interface RunComparison {
  readonly kind: 'runs';
  readonly classes: readonly string[];
  /** Photos compared. */
  readonly photos: number;
  readonly runs: readonly ComparedRun[];
  /** What to know before trusting the figures, one sentence each. */
  readonly notices: readonly string[];
}

/** A mean over seeds with the standard deviation of the seeds' values. */
export interface Spread {
  readonly mean: number;
  readonly standardDeviation: number | null;
}

/** A spread of accuracies with the 95 % interval of their mean, corrected for the photos that the splits share; null where it cannot be known. */
export interface AccuracySpread extends Spread {
  readonly interval95: readonly [number, number] | null;
}

/** How repeats differ from the first ones. */
export interface RepeatsDifference extends Difference {
  /** McNemar's, over all seeds' test predictions as if each were of another photo. */
  readonly pooledPValue: number;
  /** McNemar's with each photo counted once, for the training that has it right in more seeds. */
  readonly photoPValue: number;
}

/** The repeats of one training in a comparison, measured on the photos that are compared. */
export interface ComparedRepeats {
  readonly name: string;
  readonly folder: string;
  readonly backbone: string;
  /** Heads of the seeds, each once. */
  readonly heads: readonly string[];
  readonly accuracy: AccuracySpread;
  readonly logLoss: Spread;
  /** Of all seeds' test predictions together. */
  readonly pooledEce: number;
  readonly headMs: Spread;
  /** Null for the first ones. */
  readonly difference: RepeatsDifference | null;
}

/** Repeats of several trainings, paired seed by seed. */
export interface RepeatsComparison {
  readonly kind: 'repeats';
  readonly classes: readonly string[];
  readonly seeds: readonly number[];
  /** Test predictions compared, and the photos that they are of. */
  readonly predictions: number;
  readonly photos: number;
  readonly runs: readonly ComparedRepeats[];
  readonly notices: readonly string[];
}

/** Several trainings compared with the first of them. */
export type Comparison = RunComparison | RepeatsComparison;
