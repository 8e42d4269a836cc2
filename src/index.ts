export { train, type TrainResult } from './train.ts';
export type { TrainOptions } from './training/options.ts';
export { trainRepeats, type TrainRepeatsResult } from './train-repeats.ts';
export type { TrainRepeatsOptions } from './training/repeat-options.ts';
export { compareRuns, type CompareOptions } from './compare-runs.ts';
export type {
  ComparedRepeats,
  ComparedRun,
  Comparison,
  Difference,
  RepeatsComparison,
  RunComparison,
} from './runs/comparison.ts';
export { repeatsRecordSchema, type RepeatsRecord } from './runs/repeats-record.ts';
export { loadClassifier, type Classifier, type ClassifierOptions, type ClassifyOptions } from './classify.ts';
export type { ExplainOptions, Explanation } from './explain-photo.ts';
export type { HeatMap } from './explain/heat-map.ts';
export type { Prediction, ScoredLabel, UnknownVerdict } from './prediction.ts';
export { updateModel } from './update.ts';
export type { ModelUpdate } from './update/model-update.ts';
export type { ClassMerge, ClassRename, ModelChanges, UpdateOptions } from './update/options.ts';
export type { RightOf, UpdateComparison, UpdateTests } from './update/compare-models.ts';
export type { PhotoChanges } from './update/plan-photos.ts';
export { evaluateModel, type EvaluateOptions, type ModelEvaluation } from './evaluate-model.ts';
export {
  importClassifier,
  type ImportClassifierOptions,
  type ImportedClassifier,
} from './import-classifier.ts';
export { inspectNetwork, type InspectNetworkOptions, type NetworkDescription } from './inspect-network.ts';
export { exportFeatures, type ExportedFeatures, type ExportFeaturesOptions } from './export-features.ts';
export { exportModel, type ExportedModel, type ExportOptions } from './export-model.ts';
export { exportRecordSchema, type ExportRecord } from './export/export-record.ts';
export { RegraftError, type ErrorCode, type RegraftErrorOptions } from './errors.ts';
export { runRecordSchema, type RunRecord } from './model/run-record.ts';
export type { ModelMetadata } from './model/metadata.ts';
export type { Rejection } from './evaluate/rejection.ts';
export type { UnknownPhotos } from './measure-unknown-photos.ts';
export type { ClassMetrics, Mistake, TestMetrics } from './evaluate/metrics.ts';
export type { LabelMetrics, LabelMistake, MultiLabelMetrics } from './evaluate/label-metrics.ts';
export type { SkippedPhoto } from './dataset/dataset.ts';
export type { NetworkOptions } from './backbone/network-options.ts';
export type { PhotoFit, PixelScaling } from './shared/preprocess.ts';
export type { NumericForm } from './onnx/numeric-form.ts';
export type { HeadName, HeadType } from './head/trainers.ts';
export type { Task } from './shared/task.ts';
export type { OnProgress, ProgressEvent, Stage } from './shared/progress.ts';
