import type { OnProgress } from '../../shared/progress.ts';
import { openLiveReporter } from './live-reporter.ts';
import { openPlainReporter } from './plain-reporter.ts';
import type { Screen } from './screen.ts';

/** Shows the progress of a run. */
export interface Reporter {
  readonly onProgress: OnProgress;
  /** Writes a line that stays, above whatever is being redrawn. */
  readonly note: (text: string) => void;
  /** Clears what is being redrawn; called before the result is printed, and on every failure. */
  readonly stop: () => void;
}

/** Live lines on a terminal, plain lines elsewhere. */
export function openReporter(screen: Screen): Reporter {
  return screen.live ? openLiveReporter(screen) : openPlainReporter(screen);
}
