import { z } from 'zod';
import { RegraftError } from '../errors.ts';
import { classWeightsOption } from './class-weights.ts';
import { countFits } from './count-fits.ts';
import { describeScale, foldScaling, measureFeatures } from './feature-scaling.ts';
import { checkFinite } from './finite-chunks.ts';
import type { FittedHead, HeadInput, HeadTrainer, LabelledRows } from './head.ts';
import { type JoinedRows, joinRows, learnRows } from './joined-rows.ts';
import { followL2, type L2Path } from './l2-path.ts';
import { factorRidge, solveRidge } from './least-squares.ts';
import { openLeaveOneOut } from './leave-one-out.ts';
import { openProducts } from './matrix-products.ts';
import { measureLogits } from './measure-logits.ts';
import { addMoments, type Moments, sumMoments } from './moments.ts';
import { openRowSpace, type RowSpace } from './row-space.ts';
import { scoreRows } from './score.ts';
import { chooseSlope, defaultSlope, type Sloped } from './slope.ts';

const options = z.strictObject({
  /** Strength of the penalty on the weights for scaled features; `auto` chooses it by leaving out each photo. */
  l2: z
    .union([z.literal('auto'), z.number().positive()], { error: '"auto" or a number above 0' })
    .default('auto'),
  /** What photos of each class count in the loss. */
  classWeights: classWeightsOption,
});

/** Options of the `ridge` head. */
export type RidgeOptions = z.output<typeof options>;

/** Two values a decade, 1 to 1e-6. */
const grid = [1, 0.3, 0.1, 0.03, 0.01, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5, 3e-6, 1e-6];
// Leaving out single photos gives a smooth curve: it has its least value where its neighbours are no better.
const patience = 1;
/** Where no photo can be left out: the middle of what is chosen elsewhere. */
const defaultL2 = 1e-3;
/** Columns, or rows where they are fewer, beyond which the normal equations take more than half a gigabyte. */
const maxColumns = 4096;
// Enough photos and scores to choose one number by.
const mostPhotos = 20_000;
const mostScores = 2 ** 23;

/**
 * Ridge regression of one-hot class targets, in closed form: up to scaling of its scores, linear discriminant analysis with a regularised
 * covariance (Hastie, Buja & Tibshirani 1995, Penalized Discriminant Analysis).
 *
 * `Σ w · ‖W x + b − t‖² / Σ w + l2 · ‖W‖²` is minimised over the rows of training and validation, centred and scaled as for `logistic`,
 * b free. The scores of each photo by the regression without it are exact (see {@link openLeaveOneOut}): they choose l2, by the log
 * loss of their softmax at its best slope, and that slope, which makes logits of scores.
 */
export const ridge: HeadTrainer<RidgeOptions> = { type: 'ridge', options, fit };

async function fit(input: HeadInput, { l2, classWeights }: RidgeOptions): Promise<FittedHead> {
  const { classes, taps, training, validation, seed, signal } = input;
  const joined = joinRows(input, classWeights);
  checkSize(joined.learnCount, training.features.columns);
  const scaling = await measureFeatures(learnRows(training).features, taps, signal);
  await checkFinite(validation.features, 'validation', signal);
  const space = await openRowSpace(joined, scaling, signal);
  await using products = await openProducts(signal);

  const moments = await learnMoments(joined, space, classes, signal);
  const values = l2 === 'auto' ? grid : [l2];
  const leftOut = await openLeaveOneOut(joined, space, classes, {
    most: Math.min(mostPhotos, Math.floor(mostScores / classes)),
    seed,
    signal,
  });
  const report = countFits(input, leftOut.labels.length > 0 ? values.length : 0, 2);
  const search = async (value: number): Promise<Sloped> => {
    const scores = await leftOut.score(await factorRidge(moments.all, value, products), products);
    report.fitted();
    return chooseSlope(scores, leftOut.labels, classes);
  };
  const path =
    leftOut.labels.length > 0
      ? await followL2(values, search, { start: Math.max(0, values.indexOf(defaultL2)), patience })
      : nothingToChooseBy(l2);
  report.chosen();

  const solve = async (of: Moments): Promise<{ weights: Float32Array; bias: Float32Array }> => {
    const point = await solveRidge(await factorRidge(of, path.l2, products), products);
    const scaled = (await space.expand(point, classes)).map((value) => value * path.best.slope);
    report.fitted();
    return foldScaling(scaled, classes, scaling);
  };
  const validated =
    validation.features.rows === 0
      ? undefined
      : await scoreRows(validation.features, await solve(moments.training), { signal });
  const head = await solve(moments.all);

  return {
    type: 'ridge',
    ...head,
    validationAccuracy:
      validated === undefined ? null : measureLogits(validated, validation.labels, classes).accuracy,
    outOfFold: { logits: path.best.logits, labels: leftOut.labels },
    trials: path.trials,
    settings: {
      l2: path.l2,
      l2ChosenBy: l2 !== 'auto' ? 'option' : leftOut.labels.length > 0 ? 'leave-one-out' : 'default',
      classWeights,
      slope: path.best.slope,
      featureScale: describeScale(scaling, taps),
    },
  };
}

function nothingToChooseBy(l2: number | 'auto'): L2Path<Sloped> {
  const best = { slope: defaultSlope, logits: new Float32Array(0), accuracy: 0, crossEntropy: 0 };
  return { l2: l2 === 'auto' ? defaultL2 : l2, best, trials: [] };
}

/** The moments of the training rows, and of them with the validation rows. */
async function learnMoments(
  { parts, learn }: JoinedRows,
  space: RowSpace,
  classes: number,
  signal: AbortSignal | undefined,
): Promise<{ training: Moments; all: Moments }> {
  const [first, second] = space.parts;
  const sum = (part: LabelledRows | undefined, weights: Float32Array): Promise<Moments> =>
    sumMoments({ parts: part === undefined ? [] : [part], scaling: space.scaling }, weights, classes, signal);
  const training = await sum(first, learn);
  if (second === undefined || second.features.rows === 0) return { training, all: training };
  const validation = await sum(second, learn.subarray(parts[0]?.labels.length ?? 0));
  return { training, all: addMoments(training, validation) };
}

function checkSize(rows: number, columns: number): void {
  if (Math.min(rows, columns) <= maxColumns) return;
  throw new RegraftError(
    'INVALID_OPTION',
    `Expected at most ${maxColumns} feature values a photo, or as many photos and views to learn from, for the ridge head but found ${columns} values and ${rows} photos and views.`,
    { hint: 'Take fewer taps or views, or the logistic head.' },
  );
}
