import type { OnProgress } from '../shared/progress.ts';
import type { TuningPoint } from './tuning.ts';

/** What a fine-tuning does in all. */
export interface TuningWork {
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  readonly trainingPhotos: number;
  /** Photos × views. */
  readonly validationRows: number;
}

/** Tells how a fine-tuning goes on. */
export interface TuningProgress {
  /** A step is done: so many in all, with the mean loss of the epoch so far. */
  step(steps: number, photos: number, loss: number): void;
  /** An epoch is done. */
  epoch(point: TuningPoint): void;
  /** Rows were scored for the validation. */
  scored(rows: number): void;
  notice(text: string): void;
  line(text: string): void;
}

// A gradient is computed forward, and backward for inputs and for weights.
const gradientWork = 3;

/**
 * Opens the progress of a fine-tuning that may have been begun by another process: time left is judged by what this one does.
 *
 * @param begun Epochs, and photos of the next one, that are done already.
 */
export function openTuningProgress(
  onProgress: OnProgress | undefined,
  { epochs, stepsPerEpoch, trainingPhotos, validationRows }: TuningWork,
  begun: { readonly epochs: number; readonly photos: number; readonly accuracy: number | null },
  now: () => number = () => performance.now(),
): TuningProgress {
  const epochWork = gradientWork * trainingPhotos + validationRows;
  const startedAt = now();
  let toDo = (epochs - begun.epochs) * epochWork - gradientWork * begun.photos;
  let worked = 0;
  let accuracy = begun.accuracy;
  const work = (amount: number): void => {
    worked += amount;
    toDo = Math.max(0, toDo - amount);
  };
  return {
    step(steps, photos, loss) {
      work(gradientWork * photos);
      onProgress?.({
        type: 'progress',
        stage: 'tune',
        done: steps,
        total: epochs * stepsPerEpoch,
        unit: 'steps',
        loss,
        ...(accuracy !== null && { validationAccuracy: accuracy }),
        etaMs: ((now() - startedAt) / worked) * toDo,
      });
    },
    scored: work,
    epoch(point) {
      accuracy = point.validationAccuracy;
      this.line(describePoint(point, epochs));
    },
    line(text) {
      onProgress?.({ type: 'line', stage: 'tune', text });
    },
    notice(text) {
      onProgress?.({ type: 'notice', stage: 'tune', text });
    },
  };
}

/** `Epoch 3 of 8: loss 0.532, validation accuracy 93.1 %, log loss 0.241`. */
function describePoint(point: TuningPoint, epochs: number): string {
  const { epoch, trainLoss, validationAccuracy, validationLogLoss } = point;
  const validation =
    validationAccuracy === null || validationLogLoss === null
      ? []
      : [
          `validation accuracy ${(100 * validationAccuracy).toFixed(1)} %`,
          `log loss ${validationLogLoss.toFixed(3)}`,
        ];
  return `Epoch ${epoch} of ${epochs}: ${[`loss ${trainLoss.toFixed(3)}`, ...validation].join(', ')}`;
}
