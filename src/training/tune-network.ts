import { rm } from 'node:fs/promises';
import type { Tap } from '../backbone/backbone.ts';
import { labelsOf } from '../dataset/labels-of.ts';
import { RegraftError } from '../errors.ts';
import { augmentedViewsOf, type FeatureView } from '../features/feature-view.ts';
import { fitTemperature } from '../evaluate/calibration.ts';
import { type CutNetwork, cutNetwork } from '../finetune/cut/cut-network.ts';
import { type FineTuned, fineTune, type TuningPart } from '../finetune/fine-tune.ts';
import type { HeadChoice } from '../head/choose-head.ts';
import { type LogitsFit, measureLogits } from '../head/measure-logits.ts';
import { measureTargets } from '../head/measure-targets.ts';
import { viewsOf } from '../shared/photo-view.ts';
import { checkpointOf } from './checkpoint-of.ts';
import type { Classifier } from './classifier.ts';
import { describeTuning } from './describe-tuning.ts';
import type { PartFeatures } from './features-of-parts.ts';
import { fitHeldOut, fitStart } from './held-out-head.ts';
import { joinWithFrozen, tunedAlone } from './join-tuned.ts';
import type { ResolvedTrainOptions } from './options.ts';
import type { Prepared } from './prepare.ts';
import type { Stages } from './stages.ts';

/**
 * Fine-tunes the network behind a cut, starting from what it learned before and from a head on its features, and joins what comes out with the frozen
 * head; from scratch there is nothing to join.
 *
 * @throws RegraftError As `cutNetwork` and `fineTune` do.
 */
export async function tuneNetwork(
  options: ResolvedTrainOptions,
  prepared: Prepared,
  choice: HeadChoice,
  frozen: Classifier,
  stages: Stages,
): Promise<Classifier> {
  const { network, parts, dataset } = prepared;
  const { fineTune: where, fromScratch } = options;
  if (network === undefined || where === undefined) throw new RangeError('Expected photos to fine-tune on.');
  const classes = dataset.classes.length;
  const cut = cutNetwork(network.backbone, where);
  const taps = readableTaps(cut, prepared.taps);
  const measure = (logits: Float32Array): Measured => measureOf(parts.validation, logits, classes);
  const start = await fitStart(prepared, choice, taps, options);
  const views = { learn: tuningViewsOf(options), judge: network.views.judge };
  const input = {
    backbone: network.backbone,
    cut,
    taps,
    head: start,
    task: dataset.task,
    parts: {
      training: partOf(parts.training, classes),
      validation: partOf(parts.validation, classes),
      test: partOf(parts.test, classes),
    },
    views,
    measure,
  };
  const checkpoint = checkpointOf(options, prepared, input);
  const tuned = await stages.run(
    'tune',
    describeCut(cut),
    () => fineTune(input, { ...options, settings: options.tuning, checkpoint }),
    describeTuned,
  );
  const joined = fromScratch
    ? tunedAlone(tuned, prepared, network)
    : await joinWithFrozen(tuned, prepared, network, choice, await fitHeldOut(prepared, choice, options));
  const hasValidation = parts.validation.labels.length > 0;
  return {
    ...joined,
    validationAccuracy: hasValidation ? measure(joined.scores.outOfFold.logits).accuracy : null,
    finish: () => rm(checkpoint.folder, { recursive: true, force: true }),
    fineTuning: (tested) => describeTuning(options, input, tuned, { tested, frozen, prepared }),
  };
}

/** Ten views and the augmented ones that are asked for: each epoch draws one of them for each photo. */
function tuningViewsOf({ tuningViews, augment }: ResolvedTrainOptions): FeatureView[] {
  return [...viewsOf(tuningViews), ...augmentedViewsOf(augment)];
}

function describeCut({ blocks, name }: CutNetwork): string {
  const [first = '', last = first] = [blocks[0], blocks.at(-1)];
  if (name === 'all') return 'Fine-tuning the whole network';
  return `Fine-tuning ${blocks.length === 1 ? first : `${blocks.length} blocks, ${first} to ${last}`}`;
}

function describeTuned({ course, parameters }: FineTuned): string {
  const best = course.curve.find(({ epoch }) => epoch === course.bestEpoch);
  const weights = `${(parameters / 1e6).toFixed(1)} M weights`;
  const accuracy = best?.validationAccuracy ?? null;
  const judged = accuracy === null ? '' : `, validation accuracy ${(accuracy * 100).toFixed(1)} %`;
  return `${weights} in ${course.curve.length} epochs, the best ${course.bestEpoch}${judged}`;
}

interface Measured {
  readonly logLoss: number;
  readonly accuracy: number;
}

/** The log loss is that after calibration, which comes later: smoothed labels alone make it larger, and say nothing of a classifier. */
function measureOf({ labels, targets }: PartFeatures, logits: Float32Array, classes: number): Measured {
  const { accuracy, crossEntropy }: LogitsFit =
    targets === undefined
      ? measureLogits(calibrated(logits, labels, classes), labels, classes)
      : measureTargets(logits, targets, classes);
  return { accuracy, logLoss: crossEntropy };
}

function calibrated(logits: Float32Array, labels: Int32Array, classes: number): Float32Array {
  // Diverged ones have no temperature.
  if (!logits.every(Number.isFinite)) return logits;
  const temperature = fitTemperature({ logits, labels }, classes);
  return logits.map((logit) => logit / temperature);
}

function partOf({ photos }: PartFeatures, classes: number): TuningPart {
  const targets = new Float32Array(photos.length * classes);
  for (const [row, photo] of photos.entries()) {
    for (const label of labelsOf(photo)) targets[row * classes + label] = 1;
  }
  return { photos, targets };
}

/** The taps that the last layer reads: the ends of the blocks that are trained, as far as heads may read them; else what there is behind the cut. */
function readableTaps(cut: CutNetwork, known: readonly Tap[]): readonly Tap[] {
  const behind = cut.taps.upper.filter(({ name }) => known.some((tap) => tap.name === name));
  const ends = behind.filter(({ name }) => cut.blocks.includes(name));
  if (behind.length > 0) return ends.length > 0 ? ends : behind;
  throw new RegraftError(
    'INVALID_OPTION',
    `Expected a tap behind ${cut.name} for fine-tuning but received ${known.map(({ name }) => name).join(', ')}.`,
    {
      hint: `Leave --taps out, or add one of these: ${cut.taps.upper.map(({ name }) => name).join(', ')}.`,
    },
  );
}
