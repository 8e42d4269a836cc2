import { fitTemperature } from '../evaluate/calibration.ts';
import type { OutOfFold } from '../head/head.ts';
import { measureLogits } from '../head/measure-logits.ts';
import { measureTargets } from '../head/measure-targets.ts';

/** How much of a classifier's logits is the tuned part's, and how well that does on the validation photos. */
export interface TunedShare {
  /** 0: the frozen head alone; 1: the tuned part alone. */
  readonly share: number;
  /** What the tuned part's logits are multiplied by so that they are calibrated. */
  readonly scale: number;
  /** After calibration, nats: smoothed labels alone make that before it larger, and say nothing of a classifier. */
  readonly logLoss: number;
  readonly accuracy: number;
}

/** Fewer photos than this cannot tell what a tuned part is worth: with five of them, it took three points of accuracy. */
export const fewestJudges = 30;
/** Few, as few photos judge them. */
const shares = [0.5, 0.25, 0.75, 0, 1] as const;

/**
 * Chooses the share of the tuned part by the log loss on the validation photos, which neither of the two classifiers has learned from; none where
 * they are too few to tell.
 *
 * @param held - Calibrated logits of the frozen head, `[photos, classes]`; undefined: the tuned part stands alone.
 * @param tuned - Those of the tuned part, as they are.
 */
export function chooseShare(held: Float32Array | undefined, tuned: OutOfFold, classes: number): TunedShare {
  const scale = calibrationOf(tuned, classes);
  if (tuned.labels.length === 0) {
    return { share: held === undefined ? 1 : 0, scale, logLoss: NaN, accuracy: NaN };
  }
  const isJudged = tuned.labels.length >= fewestJudges;
  const tried = (held === undefined ? [1] : isJudged ? shares : [0]).map((share) => ({
    share,
    scale,
    ...measure({ ...tuned, logits: joinLogits(held ?? tuned.logits, tuned.logits, share, scale) }, classes),
  }));
  return tried.reduce((best, other) => (other.logLoss < best.logLoss ? other : best));
}

/** `(1 − share) · frozen + share · scale · tuned`. */
export function joinLogits(
  frozen: Float32Array,
  tuned: Float32Array,
  share: number,
  scale: number,
): Float32Array {
  return frozen.map((value, index) => (1 - share) * value + share * scale * (tuned[index] ?? 0));
}

function calibrationOf(scores: OutOfFold, classes: number): number {
  // Diverged logits have no temperature; several labels are fitted as probabilities.
  if (scores.targets !== undefined || !scores.logits.every(Number.isFinite)) return 1;
  return 1 / fitTemperature(scores, classes);
}

function measure(
  scores: OutOfFold,
  classes: number,
): { readonly logLoss: number; readonly accuracy: number } {
  const factor = calibrationOf(scores, classes);
  const logits = scores.logits.map((logit) => logit * factor);
  const { accuracy, crossEntropy } =
    scores.targets === undefined
      ? measureLogits(logits, scores.labels, classes)
      : measureTargets(logits, scores.targets, classes);
  return { accuracy, logLoss: crossEntropy };
}
