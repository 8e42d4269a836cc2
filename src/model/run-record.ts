import { z } from 'zod';
import { errorCodes, type ErrorCode } from '../errors.ts';
import { fineTuningSchema } from './fine-tuning-record.ts';

const fraction = z.number().min(0).max(1);
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const codes = Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]];

const skipped = z.object({ path: z.string(), code: z.enum(codes), reason: z.string() });

const mistake = z.object({
  path: z.string(),
  label: z.string(),
  predicted: z.string(),
  probability: fraction,
});

const perClass = z.object({
  label: z.string(),
  support: z.int().min(0),
  precision: fraction.nullable(),
  recall: fraction.nullable(),
  f1: fraction.nullable(),
});

/** Records of earlier versions have none: their trainings looked at the whole photo. */
const viewCount = z.literal([1, 2, 4, 10]).default(1);
const label = z.strictObject({
  label: z.string(),
  averagePrecision: fraction.nullable(),
  /** A photo counts as showing the class when its probability is at least this. */
  threshold: fraction,
  hits: z.int().min(0),
  missed: z.int().min(0),
  wrong: z.int().min(0),
});

const labelMistake = z.strictObject({
  path: z.string(),
  label: z.string(),
  kind: z.enum(['wrong', 'missing']),
  probability: fraction,
  threshold: fraction,
  shows: z.array(z.string()),
});

/** What only a multi-label run has; `metrics.test` then counts a photo as right when all its labels are. */
const multiLabel = z.strictObject({
  /** Mean average precision on the validation photos, by weights that were fitted on the training photos alone. */
  validationMeanAveragePrecision: fraction.nullable(),
  /** On the test photos. */
  meanAveragePrecision: fraction.nullable(),
  micro: z.strictObject({
    precision: fraction.nullable(),
    recall: fraction.nullable(),
    f1: fraction.nullable(),
  }),
  perClass: z.array(label),
  /** Most confident first; at most 50. */
  mistakes: z.array(labelMistake),
});

const unknown = z.strictObject({
  method: z.string(),
  threshold: z.number(),
  /** The share of known photos that the threshold is set to reject. */
  falseRejection: fraction,
  /** Photos that the scores were fitted on. */
  photos: z.int(),
  /** Test photos that are rejected, all of them wrongly, and how many of the others are classified right. */
  test: z.strictObject({
    count: z.int(),
    rejected: z.int(),
    interval95: z.tuple([fraction, fraction]),
    acceptedAccuracy: fraction.nullable(),
  }),
  /** Photos of each class by scores that were fitted without it, against the test photos of the others. */
  leftOut: z
    .strictObject({
      /** Area under the ROC curve, mean over the classes. */
      auroc: fraction,
      classes: z.array(
        z.strictObject({ label: z.string(), photos: z.int(), auroc: fraction, rejected: fraction }),
      ),
    })
    .nullable(),
  /** Scores less the threshold, counted in equally wide bins: of test photos, and of photos of classes that were left out. */
  histogram: z.strictObject({
    from: z.number(),
    to: z.number(),
    known: z.array(z.int()),
    leftOut: z.array(z.int()).nullable(),
  }),
});

/** What `run.json` holds and `train --json` prints; accuracies are fractions, times milliseconds, hashes SHA-256. */
export const runRecordSchema = z.strictObject({
  schemaVersion: z.literal(1),
  /** What the run was asked for beside the head's settings; paths as they were written. */
  options: z.strictObject({
    source: z.string(),
    out: z.string().nullable(),
    split: z.string().nullable(),
    /** What was said of the network; null what was left out. */
    network: z.strictObject({
      backbone: z.string(),
      form: z.enum(['uint8', 'float32']).nullable(),
      taps: z.array(z.string()).nullable(),
      networkOutput: z.string().nullable(),
      inputSize: z.union([z.string(), z.number()]).nullable(),
      scaling: z.string().nullable(),
      resize: z.string().nullable(),
      kernel: z.enum(['bilinear', 'bicubic']).nullable(),
    }),
    /** The only classes to take; null: all. */
    classes: z.array(z.string()).nullable().default(null),
    nested: z.boolean(),
    allowSmall: z.boolean(),
    strict: z.boolean(),
    maxPixels: z.int().nullable(),
    /** Views of each photo that were learned from, those that the model averages, and which augmented ones were learned from too. */
    views: viewCount,
    testViews: viewCount,
    /** Why so many views, where it was not asked for. */
    viewsReason: z.string().nullable().default(null),
    augment: z.enum(['none', 'colour', 'strong']).default('none'),
    unknown: z.boolean(),
    falseRejectionPercent: z.number(),
    /** Classes that were given other names after the training. */
    renamed: z.array(z.strictObject({ from: z.string(), to: z.string() })).default([]),
    /** Null: where it takes seconds. */
    measureUnknown: z.boolean().nullable(),
    /** What may bound a fine-tuning; null what was left out. Records of earlier versions have none. */
    tuningLimits: z
      .strictObject({
        diskLimit: z.int().nullable(),
        memoryLimit: z.int().nullable(),
        timeLimit: z.number().nullable(),
      })
      .default({ diskLimit: null, memoryLimit: null, timeLimit: null }),
  }),
  dataset: z.strictObject({
    name: z.string(),
    task: z.enum(['single-label', 'multi-label']).default('single-label'),
    classes: z.array(z.string()),
    /** Photos of each class, by its name. */
    counts: z.record(z.string(), z.int().min(0)),
  }),
  split: z.strictObject({
    training: z.int(),
    validation: z.int(),
    test: z.int(),
    /** Where the parts come from: hashes of the photos, a file given with `--split`, or the dataset's own parts. */
    source: z.enum(['hash', 'file', 'dataset']),
    validationPercent: z.number(),
    testPercent: z.number(),
    seed: z.int(),
  }),
  skipped: z.array(skipped),
  notices: z.array(z.string()),
  /** `sha256` and `id` of the network; for `--bottlenecks` runs the id is `bottlenecks` and the hash null. */
  backbone: z.strictObject({
    id: z.string(),
    sha256: hash.nullable(),
    form: z.enum(['uint8', 'float32']).nullable(),
    taps: z.array(z.string()),
    /** How photos become the network's input; null for `--bottlenecks` runs. */
    preprocess: z
      .strictObject({
        width: z.int(),
        height: z.int(),
        resize: z.enum(['stretch', 'crop']),
        crop: z.number(),
        kernel: z.enum(['bilinear', 'bicubic']),
        /** `(pixel − mean) / std` of red, green and blue; null when the network takes pixels as they are. */
        scaling: z
          .strictObject({
            order: z.enum(['RGB', 'BGR']),
            mean: z.tuple([z.number(), z.number(), z.number()]).readonly(),
            std: z.tuple([z.number(), z.number(), z.number()]).readonly(),
          })
          .nullable(),
      })
      .nullable(),
    featureSize: z.int(),
  }),
  features: z.strictObject({ computed: z.int(), cached: z.int() }),
  head: z.strictObject({
    type: z.string(),
    settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
    /** Divides the logits before the softmax. */
    temperature: z.number(),
    /** Heads on sets of taps that were tried, in that order; both figures on photos that were not learned from, calibrated. */
    search: z
      .array(
        z.strictObject({
          head: z.string(),
          taps: z.array(z.string()),
          columns: z.int(),
          accuracy: fraction,
          logLoss: z.number(),
        }),
      )
      .optional(),
    trials: z
      .array(
        z.strictObject({
          l2: z.number(),
          validationAccuracy: fraction.nullable(),
          validationLogLoss: z.number().nullable(),
        }),
      )
      .optional(),
    curve: z
      .array(
        z.strictObject({
          step: z.int(),
          trainAccuracy: fraction,
          crossEntropy: z.number(),
          validationAccuracy: fraction,
        }),
      )
      .optional(),
  }),
  /** Absent where the network stayed as it was. */
  fineTuning: fineTuningSchema.optional(),
  metrics: z.strictObject({
    validation: z.strictObject({ accuracy: fraction.nullable(), count: z.int() }),
    test: z.strictObject({
      count: z.int(),
      accuracy: fraction,
      interval95: z.tuple([fraction, fraction]),
      topK: z.array(z.strictObject({ k: z.int(), accuracy: fraction })),
      logLoss: z.number(),
      ece: fraction,
      eceUncalibrated: fraction,
      macro: z.strictObject({ precision: fraction, recall: fraction, f1: fraction }),
      perClass: z.array(perClass),
      confusion: z.array(z.array(z.int())),
    }),
    multiLabel: multiLabel.optional(),
  }),
  /** What tells photos of none of the classes; null when it was not asked for, or for too few photos. */
  unknown: unknown.nullable(),
  /** Most confident first; at most 50. */
  mistakes: z.array(mistake),
  timings: z.strictObject({
    scanMs: z.number(),
    featuresMs: z.number(),
    headMs: z.number(),
    /** Activations and training of a fine-tuning. */
    fineTuneMs: z.number().default(0),
    evaluateMs: z.number(),
    totalMs: z.number(),
  }),
  model: z.strictObject({ path: z.string(), sha256: hash, bytes: z.int() }),
  versions: z.strictObject({
    regraft: z.string(),
    node: z.string(),
    onnxruntime: z.string(),
    platform: z.string(),
  }),
  /** ISO 8601, UTC. */
  finishedAt: z.string(),
});

/** The record of one training. */
export type RunRecord = z.infer<typeof runRecordSchema>;
