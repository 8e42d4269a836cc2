import { z } from 'zod';

const fraction = z.number().min(0).max(1);
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const spread = z.strictObject({
  mean: z.number(),
  /** Of the seeds' values; null with one seed. */
  standardDeviation: z.number().min(0).nullable(),
});

/** What `repeats.json` holds and `train --repeats --json` prints; accuracies are fractions, times milliseconds, hashes SHA-256. */
export const repeatsRecordSchema = z.strictObject({
  schemaVersion: z.literal(1),
  /** How many seeds were asked for; `runs` has fewer until all are trained. */
  repeats: z.int().min(2),
  dataset: z.strictObject({ name: z.string(), classes: z.array(z.string()), photos: z.int() }),
  /** One a seed, in the order of the seeds. */
  runs: z
    .array(
      z.strictObject({
        seed: z.int().min(0),
        /** The run's folder, inside that of `repeats.json`. */
        folder: z.string(),
        training: z.int(),
        validation: z.int(),
        test: z.int(),
        accuracy: fraction,
        logLoss: z.number(),
        ece: fraction,
        validationAccuracy: fraction.nullable(),
        head: z.string(),
        taps: z.array(z.string()),
        headMs: z.number(),
        /** Of the list of the folder's files with their hashes. */
        sha256: hash,
      }),
    )
    .min(1),
  summary: z.strictObject({
    accuracy: spread.extend({
      /** Corrected for the photos that the splits share; null with one seed, one split for all, or equal accuracies. */
      interval95: z.tuple([fraction, fraction]).nullable(),
    }),
    logLoss: spread,
    ece: spread,
    /** Null when a seed had no photos for validation. */
    validationAccuracy: spread.nullable(),
    headMs: spread,
    /** All seeds' test predictions together; `photos` counts each photo once. */
    pooled: z.strictObject({ predictions: z.int(), photos: z.int(), accuracy: fraction, ece: fraction }),
  }),
  notices: z.array(z.string()),
  /** Of all that shapes the runs beside the seed: options, photos, network, versions. */
  fingerprint: hash,
  versions: z.strictObject({
    regraft: z.string(),
    node: z.string(),
    onnxruntime: z.string(),
    platform: z.string(),
  }),
  /** ISO 8601, UTC. */
  finishedAt: z.string(),
});

/** The record of trainings that differ in their seed alone. */
export type RepeatsRecord = z.infer<typeof repeatsRecordSchema>;
