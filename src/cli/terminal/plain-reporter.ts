import type { ProgressEvent } from '../../shared/progress.ts';
import { printable } from './printable.ts';
import { describeProgress } from './progress-text.ts';
import type { Reporter } from './reporter.ts';
import type { Screen } from './screen.ts';
import { formatDuration } from './units.ts';

const progressIntervalMs = 5000;

/** Plain lines for files and logs: a line when a stage starts and ends, and a progress line every few seconds. */
export function openPlainReporter(screen: Screen, now: () => number = Date.now): Reporter {
  let lastProgressAt = now();

  function onProgress(event: ProgressEvent): void {
    switch (event.type) {
      case 'start':
        lastProgressAt = now();
        screen.line(printable(event.text));
        break;
      case 'progress':
        if (now() - lastProgressAt < progressIntervalMs) break;
        lastProgressAt = now();
        screen.line(`  ${describeProgress(event).join(', ')}`);
        break;
      case 'line':
        screen.line(printable(event.text));
        break;
      case 'notice':
        screen.line(`Note: ${printable(event.text)}`);
        break;
      case 'done':
        screen.line(`${printable(event.text)} (${formatDuration(event.ms)})`);
        break;
    }
  }

  return { onProgress, note: (text) => screen.line(text), stop: () => undefined };
}
