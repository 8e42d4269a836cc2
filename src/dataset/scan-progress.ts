import type { OnProgress } from '../shared/progress.ts';
import type { Dataset } from './dataset.ts';
import { count } from './findings.ts';

/** Reports how a scan goes on. */
export interface ScanProgress {
  /** To be called after each file. */
  readonly count: () => void;
  /** Reports the notices and the end. */
  readonly finish: (dataset: Dataset) => void;
}

const intervalMs = 100;

/** Begins to report a scan of a folder or CSV: at most ten events a second, each with the files done and their rate. */
export function startScanProgress(onProgress: OnProgress | undefined, source: string): ScanProgress {
  const startedAt = performance.now();
  let reportedAt = startedAt;
  let done = 0;
  onProgress?.({ type: 'start', stage: 'scan', text: `Looking for photos in ${source}` });

  const report = (now: number): void => {
    reportedAt = now;
    const seconds = (now - startedAt) / 1000;
    const rate = seconds > 0 ? { rate: done / seconds } : {};
    onProgress?.({ type: 'progress', stage: 'scan', done, unit: 'photos', ...rate });
  };
  return {
    count() {
      done++;
      const now = performance.now();
      if (now - reportedAt >= intervalMs) report(now);
    },
    finish(dataset) {
      const now = performance.now();
      report(now);
      for (const text of dataset.notices) onProgress?.({ type: 'notice', stage: 'scan', text });
      const left = dataset.skipped.length === 0 ? '' : `, ${dataset.skipped.length} left out`;
      const text = `${count(dataset.photos.length, 'photo', 'photos')} in ${dataset.classes.length} classes${left}`;
      onProgress?.({ type: 'done', stage: 'scan', text, ms: now - startedAt });
    },
  };
}
