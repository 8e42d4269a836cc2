import { z } from 'zod';
import type { KnownPreprocess, PixelScaling } from '../../shared/preprocess.ts';
import { huggingFaceFit } from './hugging-face-fit.ts';
import { levels } from './levels.ts';
import { companionError, parseCompanion } from './parse-companion.ts';
import {
  channelSchema,
  channelsSchema,
  divisorSchema,
  divisorsSchema,
  shareSchema,
  sideSchema,
} from './preprocess-schema.ts';

const switchSchema = z.boolean({ error: 'true or false' }).optional();
const sizeSchema = z
  .union(
    [
      sideSchema,
      z.object({ shortest_edge: sideSchema }),
      z.object({ height: sideSchema, width: sideSchema }),
    ],
    { error: 'a number, {"shortest_edge"} or {"height", "width"}' },
  )
  .optional();
const factorError = 'a number above 0';

const schema = z.object({
  image_processor_type: z.string({ error: 'a name' }).optional(),
  feature_extractor_type: z.string({ error: 'a name' }).optional(),
  do_resize: switchSchema,
  size: sizeSchema,
  resample: z.int({ error: 'a number of Pillow' }).optional(),
  do_center_crop: switchSchema,
  crop_size: sizeSchema,
  crop_pct: shareSchema.optional(),
  do_pad: switchSchema,
  do_rescale: switchSchema,
  rescale_factor: z.number({ error: factorError }).min(1e-6, { error: factorError }).optional(),
  rescale_offset: switchSchema,
  do_normalize: switchSchema,
  image_mean: z.union([channelSchema, channelsSchema], { error: 'a number or three numbers' }).optional(),
  image_std: z
    .union([divisorSchema, divisorsSchema], { error: 'a number or three numbers, none of them 0,' })
    .optional(),
  include_top: switchSchema,
  do_flip_channel_order: switchSchema,
});

/** The fields of `preprocessor_config.json` that say how photos are prepared. */
export type HuggingFaceConfig = z.output<typeof schema>;

/**
 * Reads `preprocessor_config.json` of Hugging Face's transformers as its image processors do, each family by its own rules.
 *
 * @throws RegraftError `BACKBONE_INVALID` naming the field.
 */
export function huggingFacePreprocess(value: Record<string, unknown>, source: string): KnownPreprocess {
  const config = parseCompanion(schema, value, source);
  const type = config.image_processor_type ?? config.feature_extractor_type ?? '';
  const family = type.replace(/(ImageProcessor(Fast|Pil)?|FeatureExtractor)$/, '');
  const scaling = scalingOf(config, family, source);
  return {
    ...huggingFaceFit(config, family, source),
    ...kernelOf(config, source),
    ...(scaling === undefined ? {} : { scaling }),
  };
}

const pillowFilters = ['nearest', 'Lanczos', 'bilinear', 'bicubic', 'box', 'Hamming'];

function kernelOf(
  { do_resize: resizes, resample }: HuggingFaceConfig,
  source: string,
): Pick<KnownPreprocess, 'kernel'> {
  if (resizes === false || resample === undefined) return {};
  if (resample === 2) return { kernel: 'bilinear' };
  if (resample === 3) return { kernel: 'bicubic' };
  const expected = `2 (bilinear) or 3 (bicubic), not ${pillowFilters[resample] ?? 'an unknown filter'},`;
  throw companionError(source, { field: 'resample', expected, found: resample });
}

/** `(pixel · factor − mean) / std`, or `(pixel − 127.5) · factor` first, in levels; undefined when the file leaves mean or std open. */
function scalingOf(config: HuggingFaceConfig, family: string, source: string): PixelScaling | undefined {
  const { do_rescale: rescales, do_normalize: normalizes, image_mean, image_std } = config;
  const isSilent = [rescales, normalizes, image_mean, image_std, config.rescale_factor].every(
    (field) => field === undefined,
  );
  if (isSilent) return undefined;
  const factor = rescales === false ? 1 : (config.rescale_factor ?? 1 / 255);
  const offset = rescales !== false && config.rescale_offset === true;
  // Versions of transformers differ by `pixel · factor − 1`, which is the same for this factor alone.
  if (offset && Math.abs(factor * 127.5 - 1) > 1e-6) {
    throw companionError(source, {
      field: 'rescale_factor',
      expected: '1/127.5 with rescale_offset',
      found: factor,
    });
  }
  // EfficientNet's processor divides once more for classification, whether it normalizes or not.
  const divides = family === 'EfficientNet' && config.include_top !== false;
  const mean = normalizes === false ? 0 : image_mean;
  if (mean === undefined) return undefined;
  const std = normalizes === false && !divides ? 1 : image_std;
  if (std === undefined) return undefined;
  const power = normalizes !== false && divides ? 2 : 1;
  const zero = offset ? 127.5 * factor : 0;
  return {
    order: config.do_flip_channel_order === true ? 'BGR' : 'RGB',
    mean: levels(
      perChannelOf(mean, (value) => value + zero),
      factor,
    ),
    std: levels(
      perChannelOf(std, (value) => value ** power),
      factor,
    ),
  };
}

type Channels = [number, number, number];

function perChannelOf(values: number | Channels, change: (value: number) => number): Channels {
  const [red, green, blue] = typeof values === 'number' ? [values, values, values] : values;
  return [change(red), change(green), change(blue)];
}
