export { type ErrorCode, RegraftError } from '../errors.ts';
export type { ModelMetadata } from '../model/metadata.ts';
export type { Prediction, ScoredLabel, UnknownVerdict } from '../prediction.ts';
export type { LoadProgress } from './fetch-model.ts';
export {
  loadClassifier,
  type WebClassifier,
  type WebClassifierOptions,
  type WebClassifyOptions,
} from './load-classifier.ts';
export type { ExecutionProvider } from './open-runtime.ts';
export type { CanvasSource, WebPhoto } from './read-photo.ts';
