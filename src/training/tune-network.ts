import { rm } from 'node:fs/promises';
import type { Tap } from '../backbone/backbone.ts';
import { labelsOf } from '../dataset/labels-of.ts';
import { RegraftError } from '../errors.ts';
import { augmentedViewsOf, type FeatureView } from '../features/feature-view.ts';
import { type CutNetwork, cutNetwork } from '../finetune/cut/cut-network.ts';
import { type FineTuned, fineTune, type TuningPart } from '../finetune/fine-tune.ts';
import type { HeadChoice } from '../head/choose-head.ts';
import { scoreRows } from '../head/score.ts';
import { viewsOf } from '../shared/photo-view.ts';
import { checkpointOf } from './checkpoint-of.ts';
import { chooseShare, fewestJudges, type TunedShare } from './choose-share.ts';
import type { Classifier } from './classifier.ts';
import { describeTuning } from './describe-tuning.ts';
import { partsOnTaps, type PartFeatures } from './features-of-parts.ts';
import { fitHeldOut, fitStart, temperatureOf } from './held-out-head.ts';
import { joinTuned, outOfFoldOf } from './join-tuned.ts';
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
  const start = await fitStart(prepared, choice, taps, options);
  const held = fromScratch ? undefined : await heldLogits(prepared, choice, options);
  // Epochs are judged as what becomes of them.
  const measure = (logits: Float32Array): TunedShare =>
    chooseShare(held, outOfFoldOf(parts.validation, logits), classes);
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
    () => tellResume(fineTune(input, { ...options, settings: options.tuning, checkpoint })),
    describeTuned,
  );
  const side = held && { choice, classifier: frozen, held };
  const { share, ...joined } = joinTuned(tuned, prepared, network, side);
  tellShare(share, parts.validation.labels.length, options);
  return {
    ...joined,
    validationAccuracy: parts.validation.labels.length === 0 ? null : share.accuracy,
    finish: () => rm(checkpoint.folder, { recursive: true, force: true }),
    fineTuning: (tested) => describeTuning(options, input, tuned, { share, tested, frozen, prepared }),
  };
}

/** Calibrated logits of the validation photos by the head that was chosen, fitted on the training photos alone. */
async function heldLogits(
  prepared: Prepared,
  choice: HeadChoice,
  options: ResolvedTrainOptions,
): Promise<Float32Array> {
  const held = await fitHeldOut(prepared, choice, options);
  const { validation } = await partsOnTaps(prepared.parts, choice.taps);
  const divisor = temperatureOf(held.outOfFold, prepared.dataset.classes.length);
  return (await scoreRows(validation.features, held)).map((logit) => logit / divisor);
}

/** Says how a fine-tuning that is broken off goes on. */
async function tellResume<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof RegraftError) || error.code !== 'CANCELLED') throw error;
    throw new RegraftError(error.code, error.message, {
      hint: 'What was computed so far is kept: the same command with --resume goes on from there.',
      cause: error,
    });
  }
}

function tellShare({ share }: TunedShare, judges: number, { onProgress }: ResolvedTrainOptions): void {
  if (share > 0) return;
  const text =
    judges < fewestJudges
      ? `The tuned part has no share in the model: it takes ${fewestJudges} validation photos to tell what it is worth, and there are ${judges}. Add photos, or raise --validation-percent.`
      : 'The tuned part has no share in the model: on the validation photos it gained nothing over the frozen network. More photos, fewer blocks or a lower --tune-rate may help.';
  onProgress?.({ type: 'notice', stage: 'tune', text });
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
