/** How one class of a multi-label test did; a rate without a denominator is null. */
export interface LabelMetrics {
  readonly label: string;
  /** Area under the precision-recall curve, as scikit-learn's `average_precision_score`; null when no photo shows the class. */
  readonly averagePrecision: number | null;
  /** A photo counts as showing the class when its probability is at least this. */
  readonly threshold: number;
  /** Photos that show the class and were found. */
  readonly hits: number;
  /** Photos that show the class and were not found. */
  readonly missed: number;
  /** Photos that do not show the class and were named with it. */
  readonly wrong: number;
}

/** A class that a photo was wrongly named with, or that was missing from what it was named. */
export interface LabelMistake {
  readonly path: string;
  readonly label: string;
  readonly kind: 'wrong' | 'missing';
  readonly probability: number;
  readonly threshold: number;
  /** All classes that the photo shows. */
  readonly shows: readonly string[];
}

/** What only a multi-label test has. */
export interface MultiLabelMetrics {
  /** Mean of the classes' average precisions; null when no photo shows any class. */
  readonly meanAveragePrecision: number | null;
  /** Of all labels of all classes together. */
  readonly micro: {
    readonly precision: number | null;
    readonly recall: number | null;
    readonly f1: number | null;
  };
  readonly perClass: readonly LabelMetrics[];
  /** Most confident first; at most 50. */
  readonly mistakes: readonly LabelMistake[];
}
