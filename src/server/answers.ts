import { z } from 'zod';

// What the server answers, as schemas: answers are made to fit these types, and openapi.json is made of them.

const probability = z.number().min(0).max(1);
const scoredLabel = z.strictObject({ label: z.string(), probability });
const failure = z.strictObject({
  code: z.string().describe('A code of docs/errors.md, or UNEXPECTED for a defect.'),
  message: z.string(),
  hint: z.string().optional(),
});

/** Any answer that is no success. */
export const errorAnswer = z.strictObject({ error: failure });

/** What is said of one photo. */
export const predictionAnswer = z.strictObject({
  name: z.string().optional().describe("The file's name; only of photos in a form."),
  label: z.string().nullable().describe('The most probable class; null when the photo cannot be read.'),
  probability: probability.nullable(),
  top: z.array(scoredLabel).describe('The most probable classes, most probable first.'),
  labels: z
    .array(scoredLabel)
    .optional()
    .describe('Of a multi-label model: all classes that the photo shows, possibly none.'),
  unknown: z
    .strictObject({ score: z.number(), isUnknown: z.boolean() })
    .optional()
    .describe('Whether the photo shows none of the classes; absent when the model cannot tell.'),
  error: failure.optional().describe('Why the photo cannot be read.'),
});

/** The answer of `POST /v1/models/:name/predict`. */
export const predictAnswer = z.strictObject({
  predictions: z.array(predictionAnswer).describe('One for each photo, in their order.'),
});

/** What is said of a model. */
export const modelAnswer = z.strictObject({
  name: z.string(),
  labels: z.array(z.string()),
  task: z.enum(['single-label', 'multi-label']),
  input: z.strictObject({ width: z.int(), height: z.int() }).describe('Pixels that the network looks at.'),
  backbone: z.string().describe('The pretrained network.'),
  tellsUnknown: z.boolean().describe('Whether it tells photos of none of its classes.'),
  accuracy: z
    .strictObject({ value: probability, photos: z.int(), interval95: z.array(probability).length(2) })
    .nullable()
    .describe('On the test photos of its training; null where its run.json is not beside it.'),
  sha256: z.string().describe('Of the model file.'),
  bytes: z.int(),
  loadedAt: z.string().describe('ISO 8601, UTC.'),
});

/** The answer of `GET /v1/models`. */
export const modelsAnswer = z.strictObject({ models: z.array(modelAnswer) });

/** The answer of `GET /healthz`. */
export const healthAnswer = z.strictObject({ status: z.literal('alive') });

/** The answer of `GET /readyz`. */
export const readyAnswer = z.strictObject({
  status: z.enum(['ready', 'loading', 'stopping']),
  models: z.array(
    z.strictObject({
      name: z.string(),
      status: z.enum(['ready', 'loading']),
      sha256: z.string().nullable(),
      loadedAt: z.string().nullable(),
      lastError: failure
        .extend({ at: z.string() })
        .nullable()
        .describe('Why the last file in its place was not taken; the one before it is still served.'),
    }),
  ),
});

/** {@inheritDoc errorAnswer} */
export type ErrorAnswer = z.infer<typeof errorAnswer>;
/** {@inheritDoc predictionAnswer} */
export type PredictionAnswer = z.infer<typeof predictionAnswer>;
/** {@inheritDoc predictAnswer} */
export type PredictAnswer = z.infer<typeof predictAnswer>;
/** {@inheritDoc modelAnswer} */
export type ModelAnswer = z.infer<typeof modelAnswer>;
/** {@inheritDoc modelsAnswer} */
export type ModelsAnswer = z.infer<typeof modelsAnswer>;
/** {@inheritDoc readyAnswer} */
export type ReadyAnswer = z.infer<typeof readyAnswer>;
