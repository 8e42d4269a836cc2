// model folder → its photos, found again → added, relabelled, classes changed → train.ts with the model's settings → before against after
//                update/                   update/                              training/                             update/ + runs/

import { RegraftError } from './errors.ts';
import type { RunRecord } from './model/run-record.ts';
import { checkFolder } from './model/save.ts';
import { trainResolved } from './train.ts';
import { type Stages, startStages } from './training/stages.ts';
import { compareModels } from './update/compare-models.ts';
import { type ModelUpdate, summariseRenaming, summariseUpdate } from './update/model-update.ts';
import { type FormerModel, openFormer } from './update/open-former.ts';
import {
  type ModelChanges,
  type ResolvedUpdate,
  resolveUpdate,
  type UpdateOptions,
} from './update/options.ts';
import { planClasses } from './update/plan-classes.ts';
import { planPhotos } from './update/plan-photos.ts';
import { readTested } from './update/read-tested.ts';
import { renameModel } from './update/rename-model.ts';
import { retrainOptions } from './update/retrain-options.ts';

/**
 * Changes what a trained model knows: more photos, other labels, fewer, merged or renamed classes. It is trained again with its own
 * settings, on features from the store; photos that it learned from or was tested on keep their part, so that both models are compared on
 * the same test photos. Where only names change nothing is trained. The former model stays whole until the new one is written.
 *
 * @param model - The folder that `train` wrote, or the `model.onnx` in it.
 * @throws RegraftError `RUN_NOT_FOUND`, `RUN_INVALID`, `INVALID_OPTION`, `INVALID_CSV`, `ONE_CLASS`, `PHOTO_NOT_FOUND`, and as `train` does
 */
export async function updateModel(
  model: string,
  changes: ModelChanges,
  options: UpdateOptions = {},
): Promise<ModelUpdate> {
  const settings = resolveUpdate(model, changes, options);
  const { onProgress, signal } = settings;
  const former = await openFormer(settings.folder);
  if (!settings.dryRun) await checkFolder(settings.out);
  const stages = startStages(onProgress, signal);
  const { add, relabel, remove, merge } = settings.changes;
  const isRenaming = [add, relabel, remove, merge].every((items) => items.length === 0);
  return isRenaming ? rename(former, settings, stages) : trainAgain(former, settings, stages);
}

async function rename(former: FormerModel, settings: ResolvedUpdate, stages: Stages): Promise<ModelUpdate> {
  const { out: folder, changes, dryRun } = settings;
  const plan = planClasses(former.record.dataset.classes, changes);
  const run = dryRun
    ? null
    : await stages.run(
        'save',
        'Renaming classes',
        () => renameModel(former, settings),
        () => folder,
      );
  return summariseRenaming(former, folder, plan, run);
}

async function trainAgain(
  former: FormerModel,
  settings: ResolvedUpdate,
  stages: Stages,
): Promise<ModelUpdate> {
  const { out: folder, dryRun, onProgress } = settings;
  refuseBottlenecks(former.record);
  const planned = await stages.run(
    'scan',
    'Finding the photos',
    () => planPhotos(former, settings),
    ({ dataset: { photos, classes } }) =>
      `${photos.length.toLocaleString('en')} photos in ${classes.length} classes`,
  );
  for (const text of planned.dataset.notices) onProgress?.({ type: 'notice', stage: 'scan', text });
  if (dryRun || !planned.isOther) return summariseUpdate(former, folder, planned, null);
  const { fineTuning, timings } = former.record;
  if (fineTuning !== undefined) {
    const minutes = Math.max(1, Math.round(timings.fineTuneMs / 60_000));
    const text = `The network was fine-tuned for this model: that is done again and took about ${minutes === 1 ? 'a minute' : `${minutes} minutes`} before.`;
    onProgress?.({ type: 'notice', stage: 'tune', text });
  }
  const { run } = await trainResolved(retrainOptions(former.record, planned.dataset, settings));
  const tests = compareModels(former.tested, await readTested(folder, run), planned.plan);
  return summariseUpdate(former, folder, planned, { run, tests });
}

function refuseBottlenecks({ backbone, options: { source } }: RunRecord): void {
  if (backbone.sha256 !== null) return;
  throw new RegraftError(
    'INVALID_OPTION',
    'Expected a model that was trained on photos but found one that was trained on bottleneck files.',
    {
      hint: `Change the files in ${source} and train again with --bottlenecks; classes can be renamed here.`,
    },
  );
}
