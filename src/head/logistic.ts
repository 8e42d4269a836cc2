import { z } from 'zod';
import { RegraftError } from '../errors.ts';
import { chooseL2, type L2Choice } from './choose-l2.ts';
import { fitLogistic } from './fit-logistic.ts';
import { classWeightsOption } from './class-weights.ts';
import { countFits } from './count-fits.ts';
import { crossFit } from './cross-fit.ts';
import { describeScale, foldScaling, measureFeatures } from './feature-scaling.ts';
import { checkFinite } from './finite-chunks.ts';
import { assignFolds } from './folds.ts';
import type { FittedHead, HeadInput, HeadTrainer } from './head.ts';
import { holdOutFolds, joinRows, learnRows } from './joined-rows.ts';
import { positiveNumber, wholeNumber } from '../options.ts';
import { openRowSpace } from './row-space.ts';
import { taskOf } from './logistic-task.ts';

const l2Error = '"auto" or a number above 0';

const options = z.strictObject({
  /** Strength of the penalty on the weights for scaled features; `auto` chooses it on the validation part. */
  l2: z.union([z.literal('auto'), z.number().positive()], { error: l2Error }).default('auto'),
  /** Folds of the cross-fitting that calibration is fitted on. */
  folds: wholeNumber(2, 20).default(5),
  /** Iterations of L-BFGS at most, for each fit. */
  maxIterations: wholeNumber(1).default(500),
  /** A fit ends when its gradient is at most this fraction of its loss. */
  tolerance: positiveNumber().default(3e-3),
  /** What photos of each class count in the loss. */
  classWeights: classWeightsOption,
});

/** Options of the `logistic` head. */
export type LogisticOptions = z.output<typeof options>;

/** Two values a decade, 0.1 to 1e-8; the search ends long before the weak end on all but very large datasets. */
const grid = [1, 2, 3, 4, 5, 6, 7, 8]
  .flatMap((decade) => [Number(`1e-${decade}`), Number(`3e-${decade + 1}`)])
  .slice(0, -1);
/** Where tiny datasets leave nothing to choose by: the middle of what is chosen elsewhere. */
const defaultL2 = 1e-4;

/**
 * Logistic regression with an L2 penalty, fitted by L-BFGS on all rows at once: multinomial, or of each class for itself in a multi-label
 * data set (see {@link taskOf}).
 *
 * Features are centred on the training mean and divided by one number a tap, so that training rows have a mean squared length of 1,
 * to which each tap gives the same; then `mean cross entropy + l2 / 2 · ‖weights‖²` is minimised (bias free), and the scaling is folded into the weights. L2 is
 * chosen on the validation rows (without any, by cross-validation), the final fit uses training and validation rows together,
 * and the out-of-fold logits come from fits on the same rows less a fold.
 */
export const logistic: HeadTrainer<LogisticOptions> = { type: 'logistic', options, fit };

async function fit(
  input: HeadInput,
  { l2, folds: wantedFolds, maxIterations, tolerance, classWeights }: LogisticOptions,
): Promise<FittedHead> {
  const { classes, taps, training, validation, seed, signal } = input;
  if (training.targets !== undefined && classWeights !== 'none') throw severalLabelsError(classWeights);
  const scaling = await measureFeatures(learnRows(training).features, taps, signal);
  await checkFinite(validation.features, 'validation', signal);
  const joined = joinRows(input, classWeights);
  const task = taskOf(joined, classes);
  const space = await openRowSpace(joined, scaling, signal);
  await using loss = await task.openLoss(space.parts, classes, space.scaling, signal);

  const folds = assignFolds(task.strata, joined.identities, wantedFolds, seed);
  const foldHoldOuts = holdOutFolds(joined, folds, classes);
  const holdOuts = validation.features.rows > 0 ? [joined.validation] : foldHoldOuts;
  const points = classes * space.scaling.mean.length + classes;
  const values = l2 === 'auto' ? grid : [l2];
  const report = countFits(input, values.length * holdOuts.length, foldHoldOuts.length + 1);

  const choice =
    holdOuts.length === 0
      ? nothingToChooseBy(l2)
      : await chooseL2({
          loss,
          classes,
          measure: task.measure,
          holdOuts,
          grid: values,
          points,
          maxIterations,
          tolerance,
          onFit: report.fitted,
        });
  report.chosen();
  const search = { loss, classes, l2: choice.l2, points, maxIterations, tolerance, onFit: report.fitted };
  const crossFitted = holdOuts === foldHoldOuts ? choice.logits : await crossFit(search, foldHoldOuts);
  const start =
    choice.fits.length === 1 && choice.fits[0] !== undefined ? choice.fits[0] : new Float64Array(points);
  const final = await fitLogistic(loss, classes, {
    ...search,
    rowWeights: joined.learn,
    start,
  });
  const point = await space.expand(final.point, classes);
  report.fitted();

  return {
    type: 'logistic',
    ...foldScaling(point, classes, scaling),
    ...(validation.features.rows > 0
      ? task.validated(choice.logits[0] ?? new Float32Array(0), joined.validation.rows)
      : { validationAccuracy: null }),
    outOfFold: task.outOfFold(foldHoldOuts, crossFitted),
    trials: task.trials(choice.trials),
    settings: {
      l2: choice.l2,
      l2ChosenBy: chosenBy(l2, validation.features.rows, holdOuts.length),
      folds: folds.count,
      maxIterations,
      tolerance,
      classWeights,
      iterations: final.iterations,
      converged: final.converged,
      featureScale: describeScale(scaling, taps),
    },
  };
}

function severalLabelsError(classWeights: string): RegraftError {
  const message = `Expected "none" for classWeights, as the photos have several labels, but received "${classWeights}".`;
  return new RegraftError('INVALID_OPTION', message, {
    hint: 'Leave it out: the thresholds of the classes do its work there.',
  });
}

function nothingToChooseBy(l2: number | 'auto'): L2Choice {
  return { l2: l2 === 'auto' ? defaultL2 : l2, trials: [], fits: [], logits: [], accuracy: 0 };
}

function chosenBy(l2: number | 'auto', validationRows: number, holdOuts: number): string {
  if (l2 !== 'auto') return 'option';
  if (validationRows > 0) return 'validation';
  return holdOuts > 0 ? 'cross-validation' : 'default';
}
