import { z } from 'zod';
import type { KnownPreprocess } from '../../shared/preprocess.ts';
import { levels } from './levels.ts';
import { companionError, parseCompanion } from './parse-companion.ts';
import { channelsSchema, divisorsSchema, shareSchema, sideSchema } from './preprocess-schema.ts';

const inputSize = z.tuple([z.literal(3, { error: '3 channels' }), sideSchema, sideSchema], {
  error: '[3, height, width]',
});
const settings = z.object(
  {
    input_size: inputSize.optional(),
    interpolation: z.string({ error: 'a name' }).optional(),
    crop_pct: shareSchema.optional(),
    crop_mode: z.string({ error: 'a name' }).optional(),
    mean: channelsSchema.optional(),
    std: divisorsSchema.optional(),
  },
  { error: 'an object' },
);

/**
 * Reads timm's `config.json`: its `pretrained_cfg`, or the same fields at the top level as older files have them.
 *
 * @throws RegraftError `BACKBONE_INVALID` naming the field.
 */
export function timmPreprocess(value: Record<string, unknown>, source: string): KnownPreprocess {
  const [prefix, given] = 'pretrained_cfg' in value ? ['pretrained_cfg', value.pretrained_cfg] : ['', value];
  const config = parseCompanion(settings, given, source, prefix);
  const { input_size: size, interpolation: kernel, crop_pct: crop, mean, std } = config;
  const fault = (field: keyof typeof config, expected: string): Error =>
    companionError(source, {
      field: prefix === '' ? field : `${prefix}.${field}`,
      expected,
      found: config[field],
    });
  if (kernel !== undefined && kernel !== 'bilinear' && kernel !== 'bicubic') {
    throw fault('interpolation', '"bilinear" or "bicubic"');
  }
  // Files from before crop_mode mean the middle, timm's default.
  const resize = resizes.get(config.crop_mode ?? 'center');
  if (resize === undefined) throw fault('crop_mode', '"center" or "squash"');
  return {
    ...(size === undefined ? {} : { width: size[2], height: size[1] }),
    ...(crop === undefined ? {} : { resize, crop }),
    ...(kernel === undefined ? {} : { kernel }),
    ...(mean === undefined || std === undefined
      ? {}
      : { scaling: { order: 'RGB', mean: levels(mean), std: levels(std) } }),
  };
}

const resizes: ReadonlyMap<string, 'crop' | 'stretch'> = new Map([
  ['center', 'crop'],
  ['squash', 'stretch'],
]);
