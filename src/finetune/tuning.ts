import type { Model, Tensor } from '../onnx/graph.ts';
import type { Task } from '../shared/task.ts';

/** The rows of one part of the photos, read from wherever they lie. */
export interface TuningRows {
  readonly photos: number;
  /** Each photo can be read in so many views. */
  readonly views: number;
  /** What the graphs read of some photos, each in one view: `photos[i]` in the view `views[i]`, as row i of every tensor. */
  read(photos: Int32Array, views: Int32Array): Promise<Readonly<Record<string, Tensor>>>;
  /** `[photos, classes]`: one-hot, or 0 and 1 of several labels. */
  readonly targets: Float32Array;
}

/** What is trained, on what, and how it is judged. */
export interface TuningProblem {
  readonly classes: number;
  /** Several labels have their targets as they are, one label's are smoothed. @default 'single-label' */
  readonly task?: Task;
  /**
   * From what the rows give, `targets` float32 `[B, classes]` and the parameters: `loss` (the sum over the rows, one element) and
   * `gradient/<parameter>` of each.
   */
  readonly gradient: Model;
  /** From what the rows give and the parameters: `logits` float32 `[B, classes]`. */
  readonly forward: Model;
  /** float32, as they start; inputs of both graphs. */
  readonly parameters: ReadonlyMap<string, Tensor>;
  /** Those that weight decay shrinks: weights, not biases. */
  readonly decayed: ReadonlySet<string>;
  /** What the learning rate of some parameters is multiplied by. @default 1 each */
  readonly rateFactors?: ReadonlyMap<string, number>;
  readonly training: TuningRows;
  /** May have no photos. */
  readonly validation: TuningRows;
  /** Measures logits `[validation.photos, classes]`: the mean log loss, and the accuracy from 0 to 1. */
  readonly measure: (logits: Float32Array) => { readonly logLoss: number; readonly accuracy: number };
}

/** What one epoch reached. */
export interface TuningPoint {
  /** From 1. */
  readonly epoch: number;
  /** Steps since the start. */
  readonly step: number;
  /** That of its last step. */
  readonly learningRate: number;
  /** Mean over its photos, each at its own step's weights. */
  readonly trainLoss: number;
  /** Null without validation photos. */
  readonly validationLogLoss: number | null;
  readonly validationAccuracy: number | null;
  /** Its validation included. */
  readonly seconds: number;
}

/** Where a training diverged. */
export interface Divergence {
  readonly epoch: number;
  /** Of that epoch, from 1. */
  readonly step: number;
  readonly learningRate: number;
  /** May be NaN or infinite. */
  readonly loss: number;
}

/** A finished fine-tuning. */
export interface Tuned {
  /** Those of the best epoch, in the order that they were given in. */
  readonly parameters: ReadonlyMap<string, Tensor>;
  /** One point for each finished epoch. */
  readonly curve: readonly TuningPoint[];
  /** The epoch of least validation log loss; without validation photos the last. */
  readonly bestEpoch: number;
  /** `done`: all epochs; `early`: none was better for as many as the patience; `diverged`: the loss left all bounds. */
  readonly stopped: 'done' | 'early' | 'diverged';
  /** Where it diverged, if it did. */
  readonly divergence?: Divergence;
}
