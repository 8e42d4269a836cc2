/**
 * The stages of a training, in order; `download` only when something is not stored yet, `tune` only with fine-tuning. `repeat` is one whole
 * training of several, `export` the making of files of another form.
 */
export type Stage =
  | 'download'
  | 'backbone'
  | 'scan'
  | 'split'
  | 'features'
  | 'head'
  | 'tune'
  | 'evaluate'
  | 'save'
  | 'repeat'
  | 'export';

/** One step of progress, for terminals, pages and logs. */
export type ProgressEvent =
  | { type: 'start'; stage: Stage; text: string }
  /**
   * `done` of `total` units (`total` undefined while unknown); `rate` in units a second, `etaMs` the time left. A fine-tuning tells its mean
   * loss in this epoch, and the accuracy (0 to 1) on the validation photos after the last one.
   */
  | {
      type: 'progress';
      stage: Stage;
      done: number;
      total?: number;
      unit: 'photos' | 'bytes' | 'steps' | 'fits' | 'trials';
      rate?: number;
      etaMs?: number;
      loss?: number;
      validationAccuracy?: number;
    }
  /** A line of a trainer's own log, e.g. the classic's `Step 100: Validation accuracy …`. */
  | { type: 'line'; stage: Stage; text: string }
  /** Something the user should know, e.g. duplicates in the photos. */
  | { type: 'notice'; stage: Stage; text: string }
  | { type: 'done'; stage: Stage; text: string; ms: number };

/** Takes progress events; must not throw. */
export type OnProgress = (event: ProgressEvent) => void;
