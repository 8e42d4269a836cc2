/** Counts and rates of one class on the test photos; a rate without a denominator is null. */
export interface ClassMetrics {
  readonly label: string;
  /** Test photos that belong to the class. */
  readonly support: number;
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
}

/** What a classifier reaches on photos that its weights have not seen. */
export interface TestMetrics {
  readonly count: number;
  readonly accuracy: number;
  /** Wilson's 95 % interval of the accuracy. */
  readonly interval95: readonly [number, number];
  /** Fraction of photos whose class is among the k most probable, for k = 1 … min(5, classes). */
  readonly topK: readonly { readonly k: number; readonly accuracy: number }[];
  /** Mean negative natural log of the probability of the right class, calibrated. */
  readonly logLoss: number;
  /** Expected calibration error, 15 equal-width bins, after temperature scaling. */
  readonly ece: number;
  /** The same before temperature scaling. */
  readonly eceUncalibrated: number;
  readonly macro: { readonly precision: number; readonly recall: number; readonly f1: number };
  readonly perClass: readonly ClassMetrics[];
  /** `confusion[truth][predicted]` counts. */
  readonly confusion: readonly (readonly number[])[];
}

/** A wrong prediction. */
export interface Mistake {
  readonly path: string;
  readonly label: string;
  readonly predicted: string;
  readonly probability: number;
}
