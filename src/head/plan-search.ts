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

/** Ridge regression takes more than half a gigabyte where both rows and columns are more. */
const mostRidge = 4096;
/** A logistic head passes over its values hundreds of times: with so many, or so many products, a fit takes minutes on two cores. */
const mostValues = 2 ** 27;
const mostProducts = 2 ** 33;

/**
 * Bounds what is tried by the size of the data. Up to 4,096 rows: everything. Beyond, one fit: the last of the heads on the largest set of taps that
 * it is trained on in minutes; where there is none, the first of them (ridge regression) on the largest set of at most 4,096 columns.
 *
 * @param size - Rows to learn from, classes, and the columns of each tap.
 */
export function planSearch(
  {
    rows,
    classes,
    taps,
  }: { readonly rows: number; readonly classes: number; readonly taps: readonly number[] },
  plan: SearchPlan,
): SearchPlan {
  const { sets, heads } = plan;
  if (rows <= mostRidge) return plan;
  const columnsOf = (set: readonly number[]): number => set.reduce((sum, tap) => sum + (taps[tap] ?? 0), 0);
  const trained = sets.findLast((set) => {
    const values = rows * columnsOf(set);
    return values <= mostValues && values * classes <= mostProducts;
  });
  const solved = sets.findLast((set) => columnsOf(set) <= mostRidge);
  if (trained === undefined && solved !== undefined && heads.length > 1) {
    return { ...plan, sets: [solved], heads: heads.slice(0, 1) };
  }
  return { ...plan, sets: [trained ?? sets[0] ?? []], heads: heads.slice(-1) };
}
