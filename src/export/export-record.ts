import { z } from 'zod';

const fraction = z.number().min(0).max(1);
const hash = z.string().regex(/^[0-9a-f]{64}$/);

/** What `export.json` holds and `export --json` prints; accuracies are fractions, times milliseconds, hashes SHA-256. */
export const exportRecordSchema = z.strictObject({
  schemaVersion: z.literal(1),
  format: z.string(),
  /** What ran the exported files for the test. */
  runtime: z.string(),
  /** The model that was exported; `name` is that of its folder or file: a web page is published, and paths are private. */
  model: z.strictObject({ name: z.string(), sha256: hash, bytes: z.int() }),
  /** What was exported, this file aside; paths relative to it. */
  files: z.array(z.strictObject({ path: z.string(), sha256: hash, bytes: z.int() })),
  /** Of all files. */
  bytes: z.int(),
  /** The operator set that was asked for; null: the model's own. */
  opset: z.int().nullable(),
  /** Photos that the format could learn from: none of the test photos. */
  trainingPhotos: z.int(),
  /** The same photos by the model and by the exported files; of several labels a photo is right when all are. */
  test: z.strictObject({
    /** Photos of the training's test part, or those that were given for a model that has none. */
    source: z.enum(['training run', 'given photos']),
    photos: z.int(),
    /** Photos that could not be read. */
    unreadable: z.int(),
    accuracyBefore: fraction,
    accuracyAfter: fraction,
    /** Photos that only one of the two classifies right. */
    onlyBefore: z.int(),
    onlyAfter: z.int(),
    /** Of McNemar's test, exact and two-sided. */
    pValue: fraction,
    /** Of the difference of the accuracies, after minus before; null when no photo is right by one alone. */
    interval95: z.tuple([z.number(), z.number()]).nullable(),
    /** Between the probabilities of any class of any photo. */
    largestDifference: fraction,
    meanDifference: fraction,
    /** Photos whose best class changed, or with several labels a photo one of its labels. */
    changed: z.int(),
    /** Photos that one of the two alone calls unknown; null without such a score. */
    unknownChanged: z.int().nullable(),
  }),
  /** The network on one core for one photo, median; null where the runtime cannot tell. */
  speed: z.strictObject({ msBefore: z.number().nullable(), msAfter: z.number().nullable() }),
  /** Percentage points that the export might lose; null: any. */
  maxAccuracyLoss: z.number().nullable(),
  versions: z.strictObject({
    regraft: z.string(),
    node: z.string(),
    onnxruntime: z.string(),
    platform: z.string(),
  }),
  /** ISO 8601, UTC. */
  finishedAt: z.string(),
});

/** The record of one export. */
export type ExportRecord = z.infer<typeof exportRecordSchema>;
