import type { OnProgress } from '../../shared/progress.ts';

const intervalMs = 100;

/** Makes a function that takes the bytes done so far and emits `download` progress with rate and time left, at most ten times a second. */
export function byteProgress(
  onProgress: OnProgress | undefined,
  now: () => number = () => performance.now(),
): (done: number, total?: number) => void {
  let first: { at: number; done: number } | undefined;
  let last = { at: -Infinity, done: -1 };
  return (done, total) => {
    const at = now();
    first ??= { at, done };
    if (done === last.done || (at - last.at < intervalMs && done !== total)) return;
    last = { at, done };
    const seconds = (at - first.at) / 1000;
    // What a resumed download had before this run began says nothing about its speed.
    const rate = seconds > 0 ? (done - first.done) / seconds : 0;
    onProgress?.({
      type: 'progress',
      stage: 'download',
      done,
      unit: 'bytes',
      ...(total === undefined ? {} : { total }),
      ...(rate > 0 ? { rate } : {}),
      ...(rate > 0 && total !== undefined ? { etaMs: (Math.max(0, total - done) / rate) * 1000 } : {}),
    });
  };
}

/** Writes a number of bytes as `24.7 MB` (a MB is 1,000,000 bytes). */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
