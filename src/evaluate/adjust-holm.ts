/**
 * Adjusts the p values of several tests that are read together, so that all of them hold at once: the chance that any true null hypothesis
 * has a value below 0.05 is 5 % at most (Holm 1979, Scandinavian Journal of Statistics 6:65).
 *
 * @param pValues in any order; a test without one is null, counts as a test and stays null
 * @returns in the same order, 1 at most
 */
export function adjustHolm(pValues: readonly (number | null)[]): (number | null)[] {
  const adjusted = [...pValues];
  const order = pValues
    .flatMap((value, index) => (value === null ? [] : [{ value, index }]))
    .sort((a, b) => a.value - b.value);
  let largest = 0;
  order.forEach(({ value, index }, rank) => {
    largest = Math.min(1, Math.max(largest, (pValues.length - rank) * value));
    adjusted[index] = largest;
  });
  return adjusted;
}
