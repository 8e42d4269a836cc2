import { join } from 'node:path';
import type { Dataset } from '../dataset/dataset.ts';
import type { RunRecord } from '../model/run-record.ts';
import { askedHeadSettings } from '../model/asked-head-settings.ts';
import { headNames } from '../head/trainers.ts';
import { type ResolvedTrainOptions, resolveTrainOptions, type TrainOptions } from '../training/options.ts';
import type { ResolvedUpdate } from './options.ts';

/**
 * Gives the settings that train a model again on other photos as it was trained: the same network, taps, head, views and seed. What a head
 * chooses by itself it chooses again.
 */
export function retrainOptions(
  record: RunRecord,
  dataset: Dataset,
  { out, givenOut, home, workers, allowSmall, onProgress, signal }: ResolvedUpdate,
): ResolvedTrainOptions {
  const { options, split } = record;
  const settings = resolveTrainOptions(join(out, 'split.csv'), {
    out,
    home,
    workers,
    onProgress,
    signal,
    ...networkOf(record),
    ...headOf(record),
    ...tuningOf(record),
    views: options.views,
    testViews: options.testViews,
    augment: options.augment,
    validationPercent: split.validationPercent,
    testPercent: split.testPercent,
    seed: split.seed,
    allowSmall: allowSmall ?? options.allowSmall,
    strict: options.strict,
    maxPixels: options.maxPixels ?? undefined,
    unknown: options.unknown,
    falseRejectionPercent: options.falseRejectionPercent,
    measureUnknown: options.measureUnknown ?? undefined,
  });
  return {
    ...settings,
    given: { source: join(givenOut, 'split.csv'), out: givenOut, split: null },
    update: { dataset, modelSha256: record.model.sha256 },
  };
}

function networkOf({ options: { network }, backbone }: RunRecord): TrainOptions {
  return {
    backbone: network.backbone,
    form: backbone.form ?? undefined,
    taps: backbone.taps,
    networkOutput: network.networkOutput ?? undefined,
    inputSize: network.inputSize ?? undefined,
    scaling: network.scaling ?? undefined,
    resize: network.resize ?? undefined,
    kernel: network.kernel ?? undefined,
  };
}

function headOf({ head }: RunRecord): TrainOptions {
  return { head: headNames.find((name) => name === head.type), headOptions: askedHeadSettings(head) };
}

function tuningOf({ fineTuning, options: { tuningLimits } }: RunRecord): TrainOptions {
  if (fineTuning === undefined) return {};
  const { asked, settings, baseViews, fromScratch } = fineTuning;
  return {
    fineTune: asked,
    // Written by the same schema that reads it again.
    tuning: settings,
    tuningViews: baseViews,
    fromScratch,
    diskLimit: tuningLimits.diskLimit ?? undefined,
    memoryLimit: tuningLimits.memoryLimit ?? undefined,
    timeLimit: tuningLimits.timeLimit ?? undefined,
  };
}
