import type { ValueRange } from '../value-ranges.ts';

/** 256 evenly spaced numbers: `scale × (level − zero)`, level from 0 to 255. */
export interface Levels {
  readonly scale: number;
  readonly zero: number;
}

/** The 8-bit levels that reach over a range of values; 0 is one of them, as padding is 0. */
export function levelsOver({ low, high }: ValueRange): Levels {
  const [from, to] = [Math.min(0, low), Math.max(0, high)];
  const scale = Math.fround(to > from ? (to - from) / 255 : 1);
  return { scale, zero: Math.min(255, Math.max(0, Math.round(-from / scale))) };
}
