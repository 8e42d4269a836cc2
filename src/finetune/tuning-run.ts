import type { Checkpoint } from './checkpoint.ts';
import type { SumGradients } from './gradient-sum.ts';
import type { TuningSettings } from './settings.ts';
import type { TuningProblem } from './tuning.ts';
import type { TuningProgress } from './tuning-progress.ts';
import type { TuningSessions } from './tuning-sessions.ts';

/** What the epochs of a fine-tuning work with. */
export interface TuningRun {
  readonly problem: TuningProblem;
  readonly settings: TuningSettings;
  readonly seed: number;
  readonly signal: AbortSignal | undefined;
  readonly sessions: TuningSessions;
  readonly sumGradients: SumGradients;
  readonly checkpoint: Checkpoint | undefined;
  readonly progress: TuningProgress;
}
