import type { Tap } from '../backbone/backbone.ts';
import { fitTemperature } from '../evaluate/calibration.ts';
import { matrixFromArray } from '../features/feature-matrix.ts';
import { type ScaledHead, scaleHead } from '../finetune/scaled-head.ts';
import type { HeadChoice } from '../head/choose-head.ts';
import { measureFeatures } from '../head/feature-scaling.ts';
import type { FittedHead, OutOfFold } from '../head/head.ts';
import { learnRows } from '../head/joined-rows.ts';
import { type ResolvedHead, resolveHead } from '../head/trainers.ts';
import type { FeaturesOfParts, PartFeatures } from './features-of-parts.ts';
import { partsOnTaps } from './features-of-parts.ts';
import type { ResolvedTrainOptions } from './options.ts';
import type { Prepared } from './prepare.ts';

type Options = Pick<ResolvedTrainOptions, 'seed' | 'signal'>;

/** Fits the head that was chosen once more, on the training photos alone: nothing that is judged on the validation photos may have learned from them. */
export async function fitHeldOut(
  { parts, dataset, search }: Prepared,
  { head, taps }: Pick<HeadChoice, 'head' | 'taps'>,
  options: Options,
): Promise<FittedHead> {
  const trainer = [...search.heads, search.scout].find(({ type }) => type === head.type);
  return fitOnTraining(parts, taps, trainer ?? resolveHead(head.type), dataset.classes.length, options);
}

/**
 * Fits the last layer that a fine-tuning starts from, on the training photos' features as they were: the head that was chosen where that is one layer, else
 * `logistic`.
 *
 * @param taps - Those that it reads.
 */
export async function fitStart(
  { parts, dataset, search, taps: known }: Prepared,
  { head }: Pick<HeadChoice, 'head'>,
  taps: readonly Tap[],
  options: Options,
): Promise<ScaledHead> {
  const indices = taps.map(({ name }) => known.findIndex((tap) => tap.name === name));
  const linear = [...search.heads, search.scout].find(
    ({ type }) => type === head.type && ['logistic', 'ridge'].includes(type),
  );
  const classes = dataset.classes.length;
  const fitted = await fitOnTraining(parts, indices, linear ?? resolveHead('logistic'), classes, options);
  const { training, taps: sizes } = await partsOnTaps(parts, indices);
  const scaling = await measureFeatures(learnRows(training).features, sizes, options.signal);
  return scaleHead(fitted, scaling, temperatureOf(fitted.outOfFold, classes));
}

/** What divides the logits of a head so that they are calibrated; 1 for several labels a photo, which are fitted as probabilities. */
export function temperatureOf(outOfFold: OutOfFold, classes: number): number {
  return outOfFold.targets === undefined ? fitTemperature(outOfFold, classes) : 1;
}

async function fitOnTraining(
  parts: FeaturesOfParts,
  taps: readonly number[],
  trainer: ResolvedHead,
  classes: number,
  { seed, signal }: Options,
): Promise<FittedHead> {
  const { training, validation, taps: sizes } = await partsOnTaps(parts, taps);
  return trainer.fit({
    classes,
    taps: sizes,
    training,
    validation: withoutRows(validation),
    seed,
    signal,
  });
}

function withoutRows({ features, targets }: PartFeatures): PartFeatures {
  return {
    photos: [],
    features: matrixFromArray(new Float32Array(0), 0, features.columns),
    labels: new Int32Array(0),
    identities: [],
    ...(targets && { targets: new Uint8Array(0) }),
  };
}
