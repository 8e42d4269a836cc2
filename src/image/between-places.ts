/** The two of a row of values that a position lies between. */
export interface BetweenPlaces {
  readonly first: number;
  readonly second: number;
  /** How near the position is to the second one, 0 to 1. */
  readonly share: number;
}

/**
 * Finds the values that a position lies between; each stands in the middle of its place, and the outermost ones reach to the edges.
 *
 * @param position - From 0 at the beginning of the first place to `count` at the end of the last one.
 */
export function betweenPlaces(position: number, count: number): BetweenPlaces {
  const place = Math.min(count - 1, Math.max(0, position - 0.5));
  const first = Math.floor(place);
  return { first, second: Math.min(count - 1, first + 1), share: place - first };
}

/** Mixes a row of values at a position by {@link betweenPlaces}; the row begins at `start`. */
export function mixPlaces(
  values: Float32Array,
  start: number,
  { first, second, share }: BetweenPlaces,
): number {
  const value = values[start + first] ?? 0;
  return value + ((values[start + second] ?? 0) - value) * share;
}
