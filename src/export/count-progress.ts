import type { OnProgress, ProgressEvent, Stage } from '../shared/progress.ts';

type Unit = Extract<ProgressEvent, { type: 'progress' }>['unit'];

/** Gives a function to call for each of `total` units that is done; it tells how far the work is and how long the rest takes. */
export function countProgress(
  stage: Stage,
  total: number,
  unit: Unit,
  onProgress: OnProgress | undefined,
): () => void {
  const start = performance.now();
  let done = 0;
  return () => {
    done++;
    const rate = done / ((performance.now() - start) / 1000);
    onProgress?.({ type: 'progress', stage, done, total, unit, rate, etaMs: ((total - done) / rate) * 1000 });
  };
}
