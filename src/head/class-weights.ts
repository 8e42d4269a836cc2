import { choice } from '../options.ts';

const names = ['none', 'balanced'] as const;

/** How much the rows of each class count: all alike, or every class as much as any other. */
export type ClassWeights = (typeof names)[number];

/** The option of the heads that can weigh classes. */
export const classWeightsOption = choice(names).default('none');

/**
 * Gives each of the first `count` rows its weight and the others 0, `[rows]`: 1, or for `balanced` n / (k · n_c), for n rows, k classes
 * that have any and n_c rows of the own class (as scikit-learn's `class_weight="balanced"`).
 */
export function weighRows(labels: Int32Array, count: number, classWeights: ClassWeights): Float32Array {
  const weights = new Float32Array(labels.length).fill(1, 0, count);
  if (classWeights === 'none') return weights;
  const rowsOf = new Map<number, number>();
  for (const label of labels.subarray(0, count)) rowsOf.set(label, (rowsOf.get(label) ?? 0) + 1);
  return weights.map((weight, row) => (weight * count) / (rowsOf.size * (rowsOf.get(labels[row] ?? 0) ?? 1)));
}
