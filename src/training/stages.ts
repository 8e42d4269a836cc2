import { throwIfCancelled } from '../errors.ts';
import type { OnProgress, Stage } from '../shared/progress.ts';

/** Runs stages one after the other, tells when they start and end, and keeps their times. */
export interface Stages {
  /** Runs a stage; `describe` gives the sentence that sums up what it did. */
  run<T>(stage: Stage, text: string, work: () => Promise<T>, describe: (result: T) => string): Promise<T>;
  /** Runs a stage that tells of itself. */
  time<T>(stage: Stage, work: () => Promise<T>): Promise<T>;
  /** What a stage took, ms; 0 when it has not run. */
  ms(stage: Stage): number;
  /** Since the start, ms. */
  totalMs(): number;
}

/** Starts the clock. */
export function startStages(onProgress: OnProgress | undefined, signal: AbortSignal | undefined): Stages {
  const begin = performance.now();
  const times = new Map<Stage, number>();
  const time = async <T>(stage: Stage, work: () => Promise<T>): Promise<T> => {
    throwIfCancelled(signal);
    const start = performance.now();
    const result = await work();
    times.set(stage, performance.now() - start);
    return result;
  };
  return {
    time,
    async run(stage, text, work, describe) {
      onProgress?.({ type: 'start', stage, text });
      const result = await time(stage, work);
      onProgress?.({ type: 'done', stage, text: describe(result), ms: times.get(stage) ?? 0 });
      return result;
    },
    ms: (stage) => Math.round(times.get(stage) ?? 0),
    totalMs: () => Math.round(performance.now() - begin),
  };
}
