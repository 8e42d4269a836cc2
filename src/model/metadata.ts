import { z } from 'zod';
import { RegraftError } from '../errors.ts';
import { photoViews, type PhotoView } from '../shared/photo-view.ts';
import type { Task } from '../shared/task.ts';

/** The version of the model file's metadata that this Regraft writes and the only one that it reads. */
export const modelSchemaVersion = '1';

const preprocess = z.object({
  width: z.int().positive(),
  height: z.int().positive(),
  resize: z.enum(['stretch', 'crop']),
  crop: z.number().positive().max(1),
  kernel: z.enum(['bilinear-antialias', 'bicubic-antialias']),
  colour: z.literal('sRGB'),
  orientation: z.literal('exif'),
});
const backbone = z.object({
  id: z.string(),
  sha256: z.string().nullable(),
  form: z.enum(['uint8', 'float32']).nullable(),
  taps: z.array(z.string()),
});

const unknown = z.object({
  method: z.string(),
  threshold: z.number(),
  falseRejection: z.number().gt(0).lt(1),
});

const fineTuned = z.object({
  /** The last block that stayed as it was; `all`: none. */
  cut: z.string(),
  taps: z.array(z.string()).min(1),
});

/** How a model file says what becomes of a photo before it is the graph's `image`. */
export type PreprocessMetadata = z.infer<typeof preprocess>;

/** What a model file says of itself in its metadata; equal trainings give equal metadata: no date, no path. */
export interface ModelMetadata {
  readonly labels: readonly string[];
  /** Null in a head-only model, which takes features instead of pixels. */
  readonly preprocess: PreprocessMetadata | null;
  readonly backbone: z.infer<typeof backbone>;
  /** `temperature` divides the logits inside the graph already. */
  readonly calibration: { readonly temperature: number };
  /** What the graph makes of each photo and averages over; absent in a head-only model and where it is the whole photo. */
  readonly views?: readonly PhotoView[] | undefined;
  /** Whether the probabilities are of one class a photo or of each class for itself. */
  readonly task: Task;
  /** Of a multi-label model, in the order of the labels: a photo shows a class whose probability is at least this. Null in others. */
  readonly thresholds: readonly number[] | null;
  /**
   * How photos of none of the labels are told: those whose score, the graph's output `unknown`, is above the threshold, which a share
   * of `falseRejection` of known photos exceeds. Null in a model without such a score.
   */
  readonly unknown: z.infer<typeof unknown> | null;
  /** What was fine-tuned, and the taps of that part that a second head reads; null in a model whose network stayed as it was. */
  readonly fineTuned: z.infer<typeof fineTuned> | null;
}

/** What {@link formatMetadata} takes: thresholds make a multi-label model. */
export interface WrittenMetadata extends Omit<ModelMetadata, 'task' | 'thresholds' | 'fineTuned'> {
  readonly fineTuned?: ModelMetadata['fineTuned'] | undefined;
  readonly thresholds?: readonly number[] | null | undefined;
}

const schema = z.object({
  'regraft.schema': z.literal(modelSchemaVersion),
  'regraft.labels': json(z.array(z.string()).min(2)),
  'regraft.preprocess': json(preprocess.nullable()),
  'regraft.backbone': json(backbone),
  'regraft.calibration': json(z.object({ temperature: z.number().positive() })),
  'regraft.views': json(z.array(z.enum(photoViews)).min(1)).optional(),
  // Absent in a single-label model.
  'regraft.task': z.literal('multi-label').optional(),
  'regraft.thresholds': json(z.array(z.number().min(0).max(1))).optional(),
  'regraft.unknown': json(unknown).optional(),
  'regraft.fine-tuned': json(fineTuned).optional(),
});

/** Writes metadata as the string pairs of an ONNX file. */
export function formatMetadata({
  labels,
  preprocess,
  backbone,
  calibration,
  views = ['whole'],
  thresholds,
  unknown,
  fineTuned = null,
}: WrittenMetadata): Record<string, string> {
  return {
    'regraft.schema': modelSchemaVersion,
    'regraft.labels': JSON.stringify(labels),
    'regraft.preprocess': JSON.stringify(preprocess),
    'regraft.backbone': JSON.stringify(backbone),
    'regraft.calibration': JSON.stringify(calibration),
    ...(views.length === 1 && views[0] === 'whole' ? {} : { 'regraft.views': JSON.stringify(views) }),
    ...(thresholds === undefined || thresholds === null
      ? {}
      : { 'regraft.task': 'multi-label', 'regraft.thresholds': JSON.stringify(thresholds) }),
    ...(fineTuned !== null && { 'regraft.fine-tuned': JSON.stringify(fineTuned) }),
    ...(unknown !== null && { 'regraft.unknown': JSON.stringify(unknown) }),
  };
}

/**
 * Reads the metadata of an ONNX file.
 *
 * @throws RegraftError `MODEL_INVALID` when it is not Regraft's, or of another version.
 */
export function parseMetadata(pairs: Readonly<Record<string, string>>, source: string): ModelMetadata {
  const version = pairs['regraft.schema'];
  if (version === undefined) {
    throw new RegraftError(
      'MODEL_INVALID',
      `Expected a Regraft model in ${source}, but it is another ONNX model (no regraft.schema).`,
      {
        hint: 'Give the folder that `regraft train` made, or its model.onnx.',
      },
    );
  }
  if (version !== modelSchemaVersion) {
    throw new RegraftError(
      'MODEL_INVALID',
      `${source} has version ${version} of the model file; this Regraft reads ${modelSchemaVersion}.`,
      {
        hint: 'Use the Regraft that made it or a newer one, or train it again.',
      },
    );
  }
  const parsed = schema.safeParse(pairs);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new RegraftError(
      'MODEL_INVALID',
      `The metadata of ${source} is damaged: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}.`,
      {
        hint: 'Copy the file again, or train it again.',
      },
    );
  }
  const views = parsed.data['regraft.views'];
  const { 'regraft.task': task = 'single-label', 'regraft.thresholds': thresholds = null } = parsed.data;
  const wanted = task === 'single-label' ? null : parsed.data['regraft.labels'].length;
  if ((thresholds?.length ?? null) !== wanted) {
    throw new RegraftError(
      'MODEL_INVALID',
      `The metadata of ${source} is damaged: expected ${wanted ?? 'no'} thresholds, found ${thresholds?.length ?? 'none'}.`,
      { hint: 'Copy the file again, or train it again.' },
    );
  }
  return {
    task,
    thresholds,
    labels: parsed.data['regraft.labels'],
    preprocess: parsed.data['regraft.preprocess'],
    backbone: parsed.data['regraft.backbone'],
    calibration: parsed.data['regraft.calibration'],
    ...(views === undefined ? {} : { views }),
    unknown: parsed.data['regraft.unknown'] ?? null,
    fineTuned: parsed.data['regraft.fine-tuned'] ?? null,
  };
}

function json<T extends z.ZodType>(inner: T): z.ZodPipe<z.ZodTransform<unknown, string>, T> {
  const parse = z.transform((text: string, context): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      context.issues.push({ code: 'custom', message: 'expected JSON', input: text });
      return z.NEVER;
    }
  });
  return z.pipe(parse, inner);
}
