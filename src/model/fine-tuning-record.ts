import { z } from 'zod';

const fraction = z.number().min(0).max(1);
const setting = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** What `run.json` keeps of a fine-tuning. */
export const fineTuningSchema = z.strictObject({
  /** The block, number of blocks or `all` that was asked for. */
  asked: z.union([z.string(), z.number()]),
  /** The last block that stayed as it was; `all`: none. */
  cut: z.string(),
  /** The blocks that were trained, from first to last. */
  blocks: z.array(z.string()),
  /** The taps that its last layer reads. */
  taps: z.array(z.string()),
  fromScratch: z.boolean(),
  /** Of the tuned part in the classifier's logits; the rest is the frozen head's. */
  share: fraction,
  /** Weights that were trained. */
  parameters: z.int(),
  /** Views of each photo that were drawn from. */
  views: z.int(),
  /** Those of them that are parts of the photo and their mirrors. */
  baseViews: z.literal([1, 2, 4, 10]),
  settings: z.record(z.string(), setting),
  curve: z.array(
    z.strictObject({
      epoch: z.int(),
      step: z.int(),
      learningRate: z.number(),
      trainLoss: z.number(),
      validationLogLoss: z.number().nullable(),
      validationAccuracy: fraction.nullable(),
      seconds: z.number(),
    }),
  ),
  /** The epoch whose weights were kept. */
  bestEpoch: z.int(),
  stopped: z.enum(['done', 'early', 'diverged']),
  divergence: z
    .strictObject({ epoch: z.int(), step: z.int(), learningRate: z.number(), loss: z.number().nullable() })
    .nullable(),
  /** The head on the network as it was, on the same photos. */
  frozen: z.strictObject({
    accuracy: fraction,
    logLoss: z.number(),
    validationAccuracy: fraction.nullable(),
    /** Of several labels a photo. */
    meanAveragePrecision: fraction.nullable(),
    /** Test photos that one of the two alone gets right, exact McNemar, and the interval of the difference in accuracy. */
    comparison: z
      .strictObject({
        onlyFrozen: z.int(),
        onlyTuned: z.int(),
        pValue: z.number(),
        interval95: z.tuple([z.number(), z.number()]).nullable(),
      })
      .nullable(),
  }),
});
