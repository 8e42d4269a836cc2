import type { ResolvedHead } from './trainers.ts';

/** What {@link chooseHead} tries. */
export interface SearchPlan {
  /** Sets of taps, as indices, from few to many. */
  readonly sets: readonly (readonly number[])[];
  /** The quick head that is tried on every set to choose one. */
  readonly scout: ResolvedHead;
  /** The heads to choose from, on that set. */
  readonly heads: readonly ResolvedHead[];
}

/** With more rows, and columns, ridge regression takes more than half a gigabyte, and a search minutes. */
const mostScoutedRows = 4096;
/** A logistic head passes over its values hundreds of times: with so many a fit takes a minute or two on two cores. */
const mostValues = 2 ** 27;

/**
 * Bounds what is tried by the size of the data: up to 4,096 rows everything; beyond, only the last of the heads, on the largest set of taps
 * that it is trained on in minutes.
 *
 * @param rows - Rows to learn from.
 * @param sizes - Columns of each tap.
 */
export function planSearch(rows: number, sizes: readonly number[], plan: SearchPlan): SearchPlan {
  if (rows <= mostScoutedRows) return plan;
  const valuesOf = (set: readonly number[]): number =>
    rows * set.reduce((sum, tap) => sum + (sizes[tap] ?? 0), 0);
  const set = plan.sets.findLast((taps) => valuesOf(taps) <= mostValues) ?? plan.sets[0] ?? [];
  return { ...plan, sets: [set], heads: plan.heads.slice(-1) };
}
