import type { HeadInput } from './head.ts';

/** Reports each fit of a search that may end early. */
export interface FitCounter {
  /** To be called after each fit. */
  readonly fitted: () => void;
  /** To be called when the search has ended. */
  readonly chosen: () => void;
}

/** Counts fits: at most `toChoose` until the search ends, and `after` more. */
export function countFits(input: HeadInput, toChoose: number, after: number): FitCounter {
  let done = 0;
  let total = toChoose + after;
  return {
    fitted: () => {
      done++;
      input.onProgress?.({ type: 'progress', stage: 'head', done, total, unit: 'fits' });
    },
    chosen: () => {
      total = done + after;
    },
  };
}
