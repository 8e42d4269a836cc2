/** A seeded source of numbers, so that a test that fails can be run again. */
export interface Random {
  /** A whole number from `low` to `high`, both included. */
  int(low: number, high: number): number;
  pick<T>(choices: readonly [T, ...T[]]): T;
  /** Real numbers from −1 to 1. */
  floats(count: number): Float32Array;
  shuffle<T>(items: readonly T[]): T[];
}

/** Starts a source; equal seeds give equal numbers. */
export function seededRandom(seed: number): Random {
  let state = Math.imul(seed, 2654435761) >>> 0;
  // mulberry32
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  return {
    int,
    pick: (choices) => choices[int(0, choices.length - 1)] ?? choices[0],
    floats: (count) => Float32Array.from({ length: count }, () => next() * 2 - 1),
    shuffle(items) {
      const order = items.map((item) => ({ item, key: next() }));
      return order.sort((a, b) => a.key - b.key).map(({ item }) => item);
    },
  };
}
