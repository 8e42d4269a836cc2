// photos → scan → split → features (cached) → fit head → calibrate → evaluate → model.onnx + report
//          dataset/ dataset/ backbone/ + features/  head/   evaluate/  evaluate/  model/ + report/
// with --fine-tune, after the head: cut → activations (cached) → tune the rest by gradient graphs; finetune/ + onnx/gradient/

import { describeReplaced, findFolderModel } from './model/folder-model.ts';
import type { RunRecord } from './model/run-record.ts';
import { checkFolder, saveFiles } from './model/save.ts';
import { sealModel } from './model/seal.ts';
import { encodeModel } from './onnx/write.ts';
import { chooseHead } from './head/choose-head.ts';
import { describeChoice, describeEvaluation } from './training/describe-results.ts';
import { frozenClassifier } from './training/classifier.ts';
import { evaluateScores } from './training/evaluate-scores.ts';
import { evaluateUnknown } from './training/evaluate-unknown.ts';
import { partsOnTaps } from './training/features-of-parts.ts';
import { type ResolvedTrainOptions, resolveTrainOptions, type TrainOptions } from './training/options.ts';
import { prepareBottlenecks, preparePhotos } from './training/prepare.ts';
import { makeResultFiles } from './training/result-files.ts';
import { recordRun } from './training/run-record.ts';
import { startStages } from './training/stages.ts';
import { tuneNetwork } from './training/tune-network.ts';

/** What a training gives. */
export interface TrainResult {
  /** The content of `run.json`. */
  readonly run: RunRecord;
  /** Absolute path of the folder with `model.onnx`, `report.html`, `run.json`, `split.csv` and `predictions.csv`. */
  readonly folder: string;
}

/**
 * Trains a classifier on a folder of photos (a folder for each class), on `train/ val/ test/` folders, or on a CSV.
 *
 * @throws RegraftError With a code, a message and a hint: nothing that was computed is lost, an older model stays whole.
 */
export async function train(source: string, options: TrainOptions = {}): Promise<TrainResult> {
  return trainResolved(resolveTrainOptions(source, options));
}

/** As {@link train}, with settings that are checked already. */
export async function trainResolved(settings: ResolvedTrainOptions): Promise<TrainResult> {
  const { out: folder, seed, update, onProgress, signal } = settings;
  const stages = startStages(onProgress, signal);
  await checkFolder(folder);
  const older = await findFolderModel(folder);

  const prepared = await (settings.bottlenecks ? prepareBottlenecks : preparePhotos)(settings, stages);
  await using parts = prepared.parts;
  const { classes } = prepared.dataset;

  const choice = await stages.run(
    'head',
    'Training the head',
    () => chooseHead({ ...parts, classes: classes.length, seed, onProgress, signal }, prepared.search),
    (chosen) => describeChoice(chosen, prepared.taps),
  );
  const read = await partsOnTaps(parts, choice.taps);
  const frozen = await frozenClassifier(prepared, choice, read.test);
  const classifier =
    settings.fineTune === undefined ? frozen : await tuneNetwork(settings, prepared, choice, frozen, stages);
  const evaluation = await stages.run(
    'evaluate',
    'Testing',
    async () => {
      const tested = evaluateScores(classifier.scores, classes, read.test);
      return { ...tested, unknown: await evaluateUnknown(settings, read, classes, tested) };
    },
    describeEvaluation,
  );
  const { calibration, unknown } = evaluation;
  for (const text of unknown.notices) onProgress?.({ type: 'notice', stage: 'evaluate', text });

  const graph = classifier.build({ labels: classes, ...calibration, unknown: unknown.score });
  const bytes = sealModel(encodeModel(graph));
  const run = recordRun(
    settings,
    prepared,
    { ...choice, ...classifier },
    evaluation,
    { folder, bytes },
    stages,
  );
  await stages.run(
    'save',
    'Saving the model',
    async () => {
      const files = await makeResultFiles(prepared, evaluation, run, { graph, bytes }, settings);
      const now = await findFolderModel(folder);
      const replaced = describeReplaced(folder, older, now, classes);
      // An update may change the classes: that is what it is for.
      if (replaced !== undefined && now?.sha256 !== update?.modelSha256) {
        onProgress?.({ type: 'notice', stage: 'save', text: replaced });
      }
      await saveFiles(folder, files, { onProgress, signal });
      await classifier.finish?.();
    },
    () => folder,
  );
  return { run, folder };
}
