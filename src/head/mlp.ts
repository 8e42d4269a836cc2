import { z } from 'zod';
import { RegraftError } from '../errors.ts';
import { numberBetween, positiveNumber, wholeNumber } from '../options.ts';
import { classWeightsOption } from './class-weights.ts';
import { countFits } from './count-fits.ts';
import { sortByRow } from './cross-fit.ts';
import { measureFeatures } from './feature-scaling.ts';
import { checkFinite } from './finite-chunks.ts';
import { assignFolds } from './folds.ts';
import type { FittedHead, HeadInput, HeadTrainer } from './head.ts';
import { holdOutFolds, type JoinedRows, joinRows, learnRows } from './joined-rows.ts';
import { type LogitsFit, measureLogits } from './measure-logits.ts';
import { transpose } from './matrix.ts';
import { type MlpShape, parameterSizes } from './mlp-graph.ts';
import { type MlpTrainer, openMlpTrainer } from './mlp-trainer.ts';
import { openProducts } from './matrix-products.ts';
import { openPrincipalSpace, type PrincipalSpace } from './principal-space.ts';

const options = z.strictObject({
  /** Units of the hidden layer. */
  hidden: wholeNumber(1, 4096).default(256),
  /** Principal coordinates of the features that the network sees. */
  coordinates: wholeNumber(1, 2048).default(512),
  /** Passes over the photos; `auto` chooses their number on the validation part. */
  epochs: z
    .union([z.literal('auto'), wholeNumber(1, 1000)], { error: '"auto" or a whole number from 1 to 1000' })
    .default('auto'),
  /** Epochs without a better validation log loss that end the search. */
  patience: wholeNumber(1).default(5),
  learningRate: positiveNumber().default(3e-3),
  batchSize: wholeNumber(1).default(64),
  weightDecay: numberBetween(0, 1).default(0.01),
  labelSmoothing: numberBetween(0, 0.9).default(0.1),
  /** Parameter of the beta distribution that shares of mixed photos come from; 0 mixes none. */
  mixup: numberBetween(0, 1).default(0.2),
  /** Folds of the cross-fitting that calibration is fitted on. */
  folds: wholeNumber(2, 20).default(5),
  /** What photos of each class count in the loss. */
  classWeights: classWeightsOption,
});

/** Options of the `mlp` head. */
export type MlpOptions = z.output<typeof options>;

/** Epochs at most where the validation rows choose, or their number where there are none. */
const mostEpochs = 20;
// Half a gigabyte of coordinates in each worker.
const maxValues = 2 ** 27;

/**
 * A network with one hidden layer on the principal coordinates of the features, by AdamW on batches that are mixed with one another, under
 * softmax cross entropy with smoothed labels.
 *
 * The number of epochs is the one with the least log loss on the validation rows by a network that learns from the training rows alone. The
 * final network learns so long from both, and the out-of-fold logits come from networks that learn so long from both less a fold.
 */
export const mlp: HeadTrainer<MlpOptions> = { type: 'mlp', options, fit };

async function fit(input: HeadInput, settings: MlpOptions): Promise<FittedHead> {
  const { classes, taps, training, validation, seed, signal } = input;
  const joined = joinRows(input, settings.classWeights);
  const coordinates = Math.min(settings.coordinates, training.features.columns);
  checkSize(joined.labels.length, coordinates);
  const scaling = await measureFeatures(learnRows(training).features, taps, signal);
  await checkFinite(validation.features, 'validation', signal);
  const { labels } = joined;
  const schedule = settings.epochs === 'auto' ? mostEpochs : settings.epochs;
  const patience = settings.epochs === 'auto' ? settings.patience : undefined;
  const folds = assignFolds(labels, joined.identities, settings.folds, seed);
  const holdOuts = holdOutFolds(joined, folds, classes);
  const report = countFits(input, validation.labels.length > 0 ? 1 : 0, holdOuts.length + 2);

  const space = await openPrincipalSpace(joined.parts, 2, scaling, coordinates, { seed, signal });
  report.fitted();
  const shape = { columns: space.bias.length, hidden: settings.hidden, classes };
  await using trainer = await openMlpTrainer(space.parts, shape, { ...settings, seed }, signal);
  const best = await chooseEpochs(trainer, joined, { schedule, patience, classes });
  if (best !== undefined) report.fitted();
  const length = { schedule, epochs: best?.epoch ?? schedule };
  const logits = await Promise.all(
    holdOuts.map(async ({ rowWeights, rows }) => {
      const fitted = await trainer.train({ ...length, rowWeights, wanted: rows });
      report.fitted();
      return fitted.logits;
    }),
  );
  const { parameters } = await trainer.train({ ...length, rowWeights: joined.learn, wanted: [] });
  const head = await foldNetwork(parameters, shape, space, signal);
  report.fitted();

  return {
    type: 'mlp',
    ...head,
    validationAccuracy: best?.accuracy ?? null,
    outOfFold: sortByRow(holdOuts, logits, labels, classes),
    settings: {
      ...settings,
      coordinates: shape.columns,
      epochs: length.epochs,
      epochsChosenBy: settings.epochs !== 'auto' ? 'option' : best === undefined ? 'default' : 'validation',
      folds: folds.count,
    },
  };
}

interface BestEpoch extends LogitsFit {
  readonly epoch: number;
}

async function chooseEpochs(
  trainer: MlpTrainer,
  { validation, labels }: JoinedRows,
  { schedule, patience, classes }: { schedule: number; patience: number | undefined; classes: number },
): Promise<BestEpoch | undefined> {
  if (validation.rows.length === 0) return undefined;
  const wantedLabels = Int32Array.from(validation.rows, (row) => labels[row] ?? 0);
  let best: BestEpoch | undefined;
  await trainer.train({
    rowWeights: validation.rowWeights,
    wanted: validation.rows,
    schedule,
    epochs: schedule,
    onEpoch(epoch, logits) {
      const measured = measureLogits(logits, wantedLabels, classes);
      if (patience === undefined || best === undefined || measured.crossEntropy < best.crossEntropy) {
        best = { ...measured, epoch };
      }
      return patience === undefined || epoch - best.epoch < patience;
    },
  });
  return best;
}

/** Folds the projection into the first layer: `V (P x + q) + b = (V P) x + (V q + b)`. */
async function foldNetwork(
  parameters: Float32Array,
  shape: MlpShape,
  space: PrincipalSpace,
  signal: AbortSignal | undefined,
): Promise<Pick<FittedHead, 'before' | 'weights' | 'bias'>> {
  const { columns, hidden } = shape;
  const [w1, b1, w2] = parameterSizes(shape);
  const first = Float64Array.from(parameters.subarray(0, w1));
  const featureColumns = space.weights.length / columns;
  const projection = transpose({
    rows: columns,
    columns: featureColumns,
    values: Float64Array.from(space.weights),
  });
  await using products = await openProducts(signal);
  const folded = await products.timesTransposed({ rows: hidden, columns, values: first }, projection);
  const bias = parameters.slice(w1, w1 + b1).map((value, unit) => {
    let sum = value;
    for (let column = 0; column < columns; column++) {
      sum += first[unit * columns + column]! * space.bias[column]!;
    }
    return sum;
  });
  return {
    before: [{ kind: 'dense', weights: Float32Array.from(folded.values), bias }, { kind: 'relu' }],
    weights: parameters.slice(w1 + b1, w1 + b1 + w2),
    bias: parameters.slice(w1 + b1 + w2),
  };
}

function checkSize(rows: number, coordinates: number): void {
  const most = Math.floor(maxValues / coordinates);
  if (rows <= most) return;
  throw new RegraftError(
    'INVALID_OPTION',
    `Expected at most ${most} photos and views for the mlp head with ${coordinates} coordinates but found ${rows}.`,
    { hint: 'Take fewer views or coordinates, or the logistic head.' },
  );
}
