import { resolve } from 'node:path';
import { createHash } from 'node:crypto';
import type { FittedHead } from '../head/head.ts';
import { modelFileName } from '../model/load.ts';
import type { RunRecord } from '../model/run-record.ts';
import { runtimeVersion } from '../runtime/version.ts';
import { readVersion } from '../version.ts';
import type { Evaluation } from './evaluate-head.ts';
import type { UnknownEvaluation } from './evaluate-unknown.ts';
import type { ResolvedTrainOptions } from './options.ts';
import type { Prepared } from './prepare.ts';
import type { Stages } from './stages.ts';

/** Assembles what `run.json` keeps of a training. */
export function recordRun(
  options: ResolvedTrainOptions,
  { dataset, split, parts, backbone, features }: Prepared,
  head: FittedHead,
  evaluation: Evaluation & { readonly unknown: UnknownEvaluation },
  model: { readonly folder: string; readonly bytes: Uint8Array },
  stages: Stages,
): RunRecord {
  const {
    validationPercent,
    testPercent,
    seed,
    given,
    nested,
    allowSmall,
    strict,
    maxPixels = null,
    unknown,
    falseRejectionPercent,
    measureUnknown = null,
  } = options;
  const { type, settings, trials, curve } = head;
  return {
    schemaVersion: 1,
    options: {
      ...given,
      network: recordNetwork(options),
      nested,
      allowSmall,
      strict,
      maxPixels,
      unknown,
      falseRejectionPercent,
      measureUnknown,
    },
    dataset: {
      name: dataset.name,
      classes: [...dataset.classes],
      counts: Object.fromEntries(
        dataset.classes.map((name, label) => [
          name,
          dataset.photos.filter((photo) => photo.label === label).length,
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
    backbone,
    features,
    head: {
      type,
      settings: { ...settings },
      temperature: evaluation.temperature,
      ...(trials === undefined ? {} : { trials: trials.map((trial) => ({ ...trial })) }),
      ...(curve === undefined ? {} : { curve: curve.map((point) => ({ ...point })) }),
    },
    metrics: {
      validation: { accuracy: head.validationAccuracy, count: parts.validation.photos.length },
      // The schema's arrays are mutable ones, those of the metrics are not.
      test: structuredClone(evaluation.metrics) as RunRecord['metrics']['test'],
    },
    unknown: evaluation.unknown.record,
    mistakes: evaluation.mistakes.map((mistake) => ({ ...mistake })),
    timings: {
      scanMs: stages.ms('scan'),
      featuresMs: stages.ms('backbone') + stages.ms('features'),
      headMs: stages.ms('head'),
      evaluateMs: stages.ms('evaluate'),
      totalMs: stages.totalMs(),
    },
    model: {
      path: resolve(model.folder, modelFileName),
      sha256: createHash('sha256').update(model.bytes).digest('hex'),
      bytes: model.bytes.length,
    },
    versions: {
      regraft: readVersion(),
      node: process.versions.node,
      onnxruntime: runtimeVersion(),
      platform: `${process.platform} ${process.arch}`,
    },
    finishedAt: new Date().toISOString(),
  };
}

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
