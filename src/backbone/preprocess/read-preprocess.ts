import { z } from 'zod';
import { RegraftError } from '../../errors.ts';
import type { KnownPreprocess } from '../../shared/preprocess.ts';
import { huggingFacePreprocess } from './hugging-face-preprocess.ts';
import { parseCompanion } from './parse-companion.ts';
import { channelsSchema, divisorsSchema, shareSchema, sideSchema } from './preprocess-schema.ts';
import { timmPreprocess } from './timm-preprocess.ts';

/**
 * Reads how photos are prepared from a JSON file that lies beside a network: `preprocessor_config.json` of Hugging Face's transformers,
 * `config.json` of timm, or Regraft's own form, which is a {@link KnownPreprocess}. What the file leaves open stays absent.
 *
 * @param source - The file's name, for errors.
 * @throws RegraftError `BACKBONE_INVALID` naming the field, for what is damaged, of another kind, or cannot be honoured.
 */
export function readPreprocessConfig(text: string, source: string): KnownPreprocess {
  const value = parseObject(text, source);
  if (hasKey(value, ['pretrained_cfg', 'input_size', 'interpolation'])) {
    return timmPreprocess(value, source);
  }
  if (hasKey(value, huggingFaceKeys)) return huggingFacePreprocess(value, source);
  if (hasKey(value, Object.keys(own.shape))) return parseCompanion(own, value, source);
  throw new RegraftError(
    'BACKBONE_INVALID',
    `Expected the preprocessing of a network in ${source} but found ${Object.keys(value).slice(0, 8).join(', ') || 'no keys'}.`,
    {
      hint: "Give a preprocessor_config.json of transformers, timm's config.json, or Regraft's own form: see docs/backbones.md.",
    },
  );
}

const huggingFaceKeys = [
  'image_processor_type',
  'feature_extractor_type',
  'image_mean',
  'image_std',
  'do_resize',
  'do_rescale',
  'do_normalize',
  'do_center_crop',
];

const own = z.object({
  width: sideSchema.exactOptional(),
  height: sideSchema.exactOptional(),
  resize: z.enum(['stretch', 'crop'], { error: '"stretch" or "crop"' }).exactOptional(),
  crop: shareSchema.exactOptional(),
  kernel: z.enum(['bilinear', 'bicubic'], { error: '"bilinear" or "bicubic"' }).exactOptional(),
  scaling: z
    .object(
      {
        order: z.enum(['RGB', 'BGR'], { error: '"RGB" or "BGR"' }),
        mean: channelsSchema,
        std: divisorsSchema,
      },
      { error: 'an object of order, mean and std' },
    )
    .exactOptional(),
});

function parseObject(text: string, source: string): Record<string, unknown> {
  let value: unknown;
  try {
    // Editors on Windows put a byte order mark in front.
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw new RegraftError('BACKBONE_INVALID', `Expected JSON in ${source} but found something else.`, {
      hint: 'Fetch the file again, or say how photos are prepared with --input-size, --resize, --kernel and --scaling.',
      cause,
    });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new RegraftError(
    'BACKBONE_INVALID',
    `Expected a JSON object in ${source} but found ${JSON.stringify(value).slice(0, 40)}.`,
    { hint: 'Say how photos are prepared with --input-size, --resize, --kernel and --scaling.' },
  );
}

function hasKey(value: Record<string, unknown>, keys: readonly string[]): boolean {
  return keys.some((key) => key in value);
}
