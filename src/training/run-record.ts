import { resolve } from 'node:path';
import { createHash } from 'node:crypto';
import type { HeadChoice } from '../head/choose-head.ts';
import { labelsOf } from '../dataset/labels-of.ts';
import { modelFileName } from '../model/load.ts';
import type { RunRecord } from '../model/run-record.ts';
import type { Classifier } from './classifier.ts';
import type { Evaluation } from './evaluate-scores.ts';
import type { UnknownEvaluation } from './evaluate-unknown.ts';
import type { ResolvedTrainOptions } from './options.ts';
import type { Prepared } from './prepare.ts';
import type { Stages } from './stages.ts';
import { currentVersions } from './versions.ts';

/** Assembles what `run.json` keeps of a training. */
export function recordRun(
  options: ResolvedTrainOptions,
  { dataset, split, parts, taps: known, backbone, features, views: viewChoice }: Prepared,
  { head, taps, trials: search, validationAccuracy, fineTuning }: HeadChoice & Classifier,
  evaluation: Evaluation & { readonly unknown: UnknownEvaluation },
  model: { readonly folder: string; readonly bytes: Uint8Array },
  stages: Stages,
): RunRecord {
  const {
    validationPercent,
    testPercent,
    seed,
    given,
    classes = null,
    nested,
    allowSmall,
    strict,
    maxPixels = null,
    augment,
    unknown,
    falseRejectionPercent,
    measureUnknown = null,
    diskLimit = null,
    memoryLimit = null,
    timeLimit = null,
  } = options;
  const { views, testViews, reason } = viewChoice;
  const { type, settings, trials, curve } = head;
  const namesOf = (indices: readonly number[]): string[] => indices.flatMap((tap) => known[tap]?.name ?? []);
  return {
    schemaVersion: 1,
    options: {
      ...given,
      network: recordNetwork(options),
      classes,
      nested,
      allowSmall,
      strict,
      maxPixels,
      views,
      testViews,
      viewsReason: reason,
      augment,
      unknown,
      falseRejectionPercent,
      renamed: [],
      measureUnknown,
      tuningLimits: { diskLimit, memoryLimit, timeLimit },
    },
    dataset: {
      name: dataset.name,
      task: dataset.task,
      classes: [...dataset.classes],
      counts: Object.fromEntries(
        dataset.classes.map((name, label) => [
          name,
          dataset.photos.filter((photo) => labelsOf(photo).includes(label)).length,
        ]),
      ),
    },
    split: {
      training: parts.training.photos.length,
      validation: parts.validation.photos.length,
      test: parts.test.photos.length,
      source: split.source,
      validationPercent,
      testPercent,
      seed,
    },
    skipped: dataset.skipped.map((photo) => ({ ...photo })),
    notices: [...dataset.notices, ...evaluation.unknown.notices],
    backbone: {
      ...backbone,
      taps: namesOf(taps),
      featureSize: taps.reduce((sum, tap) => sum + (known[tap]?.size ?? 0), 0),
    },
    features,
    head: {
      type,
      settings: { ...settings },
      temperature: evaluation.temperature,
      ...(search.length === 0
        ? {}
        : { search: search.map(({ taps: tried, ...trial }) => ({ ...trial, taps: namesOf(tried) })) }),
      ...(trials === undefined ? {} : { trials: trials.map((trial) => ({ ...trial })) }),
      ...(curve === undefined ? {} : { curve: curve.map((point) => ({ ...point })) }),
    },
    ...(fineTuning && { fineTuning: fineTuning(evaluation) }),
    metrics: {
      validation: { accuracy: validationAccuracy, count: parts.validation.photos.length },
      // The schema's arrays are mutable ones, those of the metrics are not.
      test: structuredClone(evaluation.metrics) as RunRecord['metrics']['test'],
      ...(evaluation.multiLabel !== undefined && {
        multiLabel: {
          validationMeanAveragePrecision: head.validationMeanAveragePrecision ?? null,
          ...(structuredClone(evaluation.multiLabel) as MultiLabelRecord),
        },
      }),
    },
    unknown: evaluation.unknown.record,
    mistakes: evaluation.mistakes.map((mistake) => ({ ...mistake })),
    timings: {
      scanMs: stages.ms('scan'),
      featuresMs: stages.ms('backbone') + stages.ms('features'),
      headMs: stages.ms('head'),
      fineTuneMs: stages.ms('tune'),
      evaluateMs: stages.ms('evaluate'),
      totalMs: stages.totalMs(),
    },
    model: {
      path: resolve(model.folder, modelFileName),
      sha256: createHash('sha256').update(model.bytes).digest('hex'),
      bytes: model.bytes.length,
    },
    versions: currentVersions(),
    finishedAt: new Date().toISOString(),
  };
}

type MultiLabelRecord = Omit<
  NonNullable<RunRecord['metrics']['multiLabel']>,
  'validationMeanAveragePrecision'
>;

function recordNetwork(options: ResolvedTrainOptions): RunRecord['options']['network'] {
  const { backbone, form, taps, networkOutput, inputSize, scaling, resize, kernel } = options;
  return {
    backbone,
    form: form ?? null,
    taps: taps ?? null,
    networkOutput: networkOutput ?? null,
    inputSize: inputSize ?? null,
    scaling: scaling ?? null,
    resize: resize ?? null,
    kernel: kernel ?? null,
  };
}
