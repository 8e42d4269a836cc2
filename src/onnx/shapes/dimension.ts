/**
 * The size of an axis: a number, a polynomial of symbols with whole coefficients such as `N`, `64*N` or `N+1` in the one form that
 * this file writes, or `''` when nothing is known. A symbol stands for a size of one or more.
 */
export type Dimension = number | string;

/** Adds two sizes. */
export function addDimensions(a: Dimension, b: Dimension): Dimension {
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  const [left, right] = [termsOf(a), termsOf(b)];
  if (left === undefined || right === undefined) return '';
  for (const [symbols, count] of right) left.set(symbols, (left.get(symbols) ?? 0) + count);
  return format(left);
}

/** Subtracts the second size from the first. */
export function subtractDimensions(a: Dimension, b: Dimension): Dimension {
  return addDimensions(a, multiplyDimensions(b, -1));
}

/** Multiplies two sizes. */
export function multiplyDimensions(a: Dimension, b: Dimension): Dimension {
  if (typeof a === 'number' && typeof b === 'number') return a * b;
  if (a === 0 || b === 0) return 0;
  const [left, right] = [termsOf(a), termsOf(b)];
  if (left === undefined || right === undefined) return '';
  const product = new Map<string, number>();
  for (const [symbolsA, countA] of left) {
    for (const [symbolsB, countB] of right) {
      const symbols = [...splitSymbols(symbolsA), ...splitSymbols(symbolsB)].sort().join('*');
      product.set(symbols, (product.get(symbols) ?? 0) + countA * countB);
    }
  }
  return format(product);
}

/** Divides where the division is exact, whatever the symbols stand for; else the result is unknown. */
export function divideDimensions(a: Dimension, b: Dimension): Dimension {
  if (a === b && a !== '' && a !== 0) return 1;
  const [terms, divisors] = [termsOf(a), termsOf(b)];
  const [divisor] = divisors ?? [];
  if (terms === undefined || divisors?.size !== 1 || divisor === undefined || divisor[1] === 0) return '';
  const quotient = new Map<string, number>();
  for (const [symbols, count] of terms) {
    const rest = withoutSymbols(splitSymbols(symbols), splitSymbols(divisor[0]));
    if (rest === undefined || count % divisor[1] !== 0) return '';
    quotient.set(rest.join('*'), count / divisor[1]);
  }
  return format(quotient);
}

/** Multiplies all sizes of a shape: the number of elements. */
export function productOf(dims: readonly Dimension[]): Dimension {
  return dims.reduce(multiplyDimensions, 1);
}

/** The sign of `a - b` (−1, 0, 1) where it is the same whatever the symbols stand for, else undefined. */
export function compareDimensions(a: Dimension, b: Dimension): number | undefined {
  if (typeof a === 'number' && typeof b === 'number') return Math.sign(a - b);
  const difference = termsOf(subtractDimensions(a, b));
  if (difference === undefined) return undefined;
  const sum = [...difference.values()].reduce((total, count) => total + count, 0);
  const symbolic = [...difference].filter(([symbols]) => symbols !== '').map(([, count]) => count);
  if (symbolic.length === 0) return Math.sign(sum);
  // Each symbol is at least one, so the sum of the coefficients is a bound of the difference.
  if (sum > 0 && symbolic.every((count) => count > 0)) return 1;
  if (sum < 0 && symbolic.every((count) => count < 0)) return -1;
  return undefined;
}

/** Writes a size in the one form that equal sizes share; unknown when it is no polynomial of plain names. */
export function canonicalDimension(dim: Dimension): Dimension {
  if (typeof dim === 'number') return dim;
  const terms = termsOf(dim);
  return terms === undefined ? '' : format(terms);
}

/** Puts a number for a symbol. */
export function substitute(dim: Dimension, symbol: string, value: number): Dimension {
  const terms = termsOf(dim);
  if (terms === undefined) return dim;
  const replaced: Terms = new Map();
  for (const [symbols, count] of terms) {
    const parts = splitSymbols(symbols);
    const rest = parts.filter((part) => part !== symbol);
    const key = rest.join('*');
    replaced.set(key, (replaced.get(key) ?? 0) + count * value ** (parts.length - rest.length));
  }
  return format(replaced);
}

type Terms = Map<string, number>;

function termsOf(dim: Dimension): Terms | undefined {
  if (typeof dim === 'number') return Number.isSafeInteger(dim) ? new Map([['', dim]]) : undefined;
  const terms: Terms = new Map();
  for (const term of dim.replaceAll('-', '+-').split('+')) {
    if (term === '' && terms.size === 0 && dim.startsWith('-')) continue;
    const match = /^(-?)(?:(\d+)(?:\*|$))?((?:[A-Za-z_]\w*)?(?:\*[A-Za-z_]\w*)*)$/.exec(term);
    if (match === null || (match[2] === undefined && match[3] === '')) return undefined;
    const symbols = splitSymbols(match[3] ?? '')
      .sort()
      .join('*');
    const count = Number(match[2] ?? 1) * (match[1] === '-' ? -1 : 1);
    terms.set(symbols, (terms.get(symbols) ?? 0) + count);
  }
  return terms;
}

function format(terms: Terms): Dimension {
  const present = [...terms].filter(([, count]) => count !== 0);
  if (present.some(([, count]) => !Number.isSafeInteger(count))) return '';
  if (present.every(([symbols]) => symbols === '')) return present[0]?.[1] ?? 0;
  return present
    .sort(([a], [b]) => (a === '' ? 1 : b === '' ? -1 : a < b ? -1 : 1))
    .map(([symbols, count]) => {
      if (symbols === '') return String(count);
      return count === 1 ? symbols : count === -1 ? `-${symbols}` : `${count}*${symbols}`;
    })
    .join('+')
    .replaceAll('+-', '-');
}

function splitSymbols(symbols: string): string[] {
  return symbols === '' ? [] : symbols.split('*');
}

function withoutSymbols(symbols: readonly string[], removed: readonly string[]): string[] | undefined {
  const rest = [...symbols];
  for (const symbol of removed) {
    const at = rest.indexOf(symbol);
    if (at < 0) return undefined;
    rest.splice(at, 1);
  }
  return rest;
}
