/** One measured figure. */
export interface BenchResult {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The least or the most that the figure should be, and which of the two. */
  readonly bound?: { readonly kind: 'at least' | 'at most'; readonly value: number };
  /** How it was measured. */
  readonly note?: string;
}

/** Prints figures as aligned lines on stdout, with a mark where a bound is kept or missed. */
export function printResults(results: readonly BenchResult[]): void {
  const width = Math.max(...results.map(({ name }) => name.length));
  for (const { name, value, unit, bound, note } of results) {
    console.log(
      [
        name.padEnd(width),
        `${format(value)} ${unit}`.padStart(18),
        bound === undefined
          ? ''
          : `${keeps(value, bound) ? 'ok ' : 'MISSED'} (${bound.kind} ${format(bound.value)})`,
        note === undefined ? '' : `· ${note}`,
      ]
        .filter((part) => part !== '')
        .join('  '),
    );
  }
}

/** The middle of some measurements. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? NaN)
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

function keeps(value: number, { kind, value: limit }: NonNullable<BenchResult['bound']>): boolean {
  return kind === 'at least' ? value >= limit : value <= limit;
}

function format(value: number): string {
  if (Number.isInteger(value)) return value.toLocaleString('en');
  return value.toLocaleString(
    'en',
    value < 10 ? { maximumSignificantDigits: 3 } : { maximumFractionDigits: 1 },
  );
}
