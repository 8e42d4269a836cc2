/** A fixed locale, so that classes have the same order on every machine. */
const collator = new Intl.Collator('en', { numeric: true });

/** Compares two names as people order them, `photo2` before `photo10`; differing names are never equal. */
export function compareNatural(a: string, b: string): number {
  return collator.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
}
