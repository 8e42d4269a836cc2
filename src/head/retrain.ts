import { z } from 'zod';
import { openDescent } from './descent.ts';
import { measureFeatures } from './feature-scaling.ts';
import { checkFinite } from './finite-chunks.ts';
import type { CurvePoint, FittedHead, HeadInput, HeadTrainer } from './head.ts';
import { learnRows } from './joined-rows.ts';
import { type LogitsFit, measureLogits } from './measure-logits.ts';
import { positiveNumber, wholeNumber } from '../options.ts';
import { createRandom } from './random.ts';
import { type LinearHead, openScorer } from './score.ts';

const options = z.strictObject({
  /** Steps of gradient descent. */
  steps: wholeNumber(1).default(4000),
  learningRate: positiveNumber().default(0.01),
  /** Photos of each step. */
  trainBatchSize: wholeNumber(1).default(100),
  /** Photos of each evaluation on the way. */
  validationBatchSize: wholeNumber(1).default(100),
  /** Steps from one evaluation to the next. */
  evalStepInterval: wholeNumber(1).default(100),
  /** Standard deviation of the first weights. */
  initStddev: positiveNumber().default(0.001),
  /** Which weights to keep: the last step's, or those of the evaluation that was best on the whole validation part. */
  keep: z.enum(['last', 'best'], { error: '"last" or "best"' }).default('last'),
});

/** Options of the `retrain` head. */
export type RetrainOptions = z.output<typeof options>;

/**
 * The classic's training: a softmax layer by plain gradient descent on small batches, each example a class drawn at random and
 * then a photo of it; weights start from a truncated normal distribution, biases from 0.
 *
 * The out-of-fold logits are those of the validation rows, which the weights are not fitted on.
 */
export const retrain: HeadTrainer<RetrainOptions> = { type: 'retrain', options, fit };

async function fit(input: HeadInput, settings: RetrainOptions): Promise<FittedHead> {
  const { classes, training, validation, seed, signal } = input;
  const learn = learnRows(training);
  await measureFeatures(learn.features, undefined, signal);
  await checkFinite(validation.features, 'validation', signal);
  const { columns } = training.features;
  const validationRows = validation.features.rows;

  await using descent = await openDescent({ ...input, training: learn }, settings);
  await using scorer = await openScorer(classes, columns, validationRows, signal);
  const validate = async (head: LinearHead): Promise<{ logits: Float32Array; fit: LogitsFit }> => {
    const logits = await scorer.score(validation.features, head);
    return { logits, fit: measureLogits(logits, validation.labels, classes) };
  };

  const curve: CurvePoint[] = [];
  let head = firstWeights(classes, columns, settings.initStddev, seed);
  let best: { head: LinearHead; fit: LogitsFit; step: number } | undefined;
  for (let step = 0; step < settings.steps;) {
    const next = nextEvaluation(step, settings);
    const state = await descent.run(head, step, next);
    head = state.head;
    step = next + 1;
    if (validationRows === 0) continue;
    curve.push(state.point);
    input.onProgress?.({
      type: 'line',
      stage: 'head',
      text: formatLine(state.point, settings.validationBatchSize),
    });
    if (settings.keep === 'best') {
      const { fit: now } = await validate(head);
      if (best === undefined || isBetter(now, best.fit)) best = { head, fit: now, step: next };
    }
  }

  const kept = best?.head ?? head;
  const validated = validationRows === 0 ? undefined : await validate(kept);
  return {
    type: 'retrain',
    ...kept,
    validationAccuracy: validated?.fit.accuracy ?? null,
    outOfFold: {
      logits: validated?.logits ?? new Float32Array(0),
      labels: validated === undefined ? new Int32Array(0) : validation.labels.slice(),
    },
    ...(curve.length > 0 ? { curve } : {}),
    settings: { ...settings, keptStep: best?.step ?? settings.steps - 1 },
  };
}

function firstWeights(classes: number, columns: number, stddev: number, seed: number): LinearHead {
  const random = createRandom(`retrain/weights/${seed}`);
  const weights = Float32Array.from({ length: classes * columns }, () => stddev * random.truncatedNormal());
  return { weights, bias: new Float32Array(classes) };
}

/** The classic evaluates after step 0, every so many steps, and after the last. */
function nextEvaluation(step: number, { steps, evalStepInterval }: RetrainOptions): number {
  return Math.min(steps - 1, Math.ceil(step / evalStepInterval) * evalStepInterval);
}

function formatLine({ step, validationAccuracy }: CurvePoint, batchSize: number): string {
  const percent = (100 * validationAccuracy).toFixed(1);
  return `Step ${step}: Validation accuracy on random sampled ${batchSize} examples = ${percent}%`;
}

function isBetter(a: LogitsFit, b: LogitsFit): boolean {
  return a.accuracy > b.accuracy || (a.accuracy === b.accuracy && a.crossEntropy < b.crossEntropy);
}
