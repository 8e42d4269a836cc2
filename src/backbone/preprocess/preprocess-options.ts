import { z } from 'zod';
import { choice, parseOptions } from '../../options.ts';
import type { KnownPreprocess, PixelScaling } from '../../shared/preprocess.ts';
import { namedScalings } from './named-scalings.ts';
import { divisorSchema, channelSchema, shareSchema, sideSchema } from './preprocess-schema.ts';

/** How photos are prepared for a network, where its files do not say it. */
export interface PreprocessOptions {
  /** Side of a square in pixels, or `<width>x<height>`. */
  readonly inputSize?: number | string | undefined;
  /** A name of {@link namedScalings}, or `<mean>/<std>` in levels of 0 to 255, of one or three numbers; `bgr:` before it reverses the channels. */
  readonly scaling?: string | undefined;
  /** `stretch`, `crop`, or `crop:<share of the shorter side>`. */
  readonly resize?: string | undefined;
  readonly kernel?: 'bilinear' | 'bicubic' | undefined;
}

const schema = z.strictObject({
  inputSize: parsedBy(parseSize, 'a side such as 224, or a width and height such as 320x240,').optional(),
  scaling: parsedBy(
    parseScaling,
    `${Object.keys(namedScalings).join(', ')}, or a mean/std such as 127.5/127.5,`,
  ).optional(),
  resize: parsedBy(parseResize, '"stretch", "crop", or "crop:" and a share such as 0.875,').optional(),
  kernel: choice(['bilinear', 'bicubic']).optional(),
});

/**
 * Reads what a user says about preprocessing; what was left out is absent.
 *
 * @throws RegraftError `INVALID_OPTION` naming the option, what was expected and what was found.
 */
export function parsePreprocessOptions(options: PreprocessOptions): KnownPreprocess {
  const { inputSize, scaling, resize, kernel } = parseOptions(schema, options, 'The preprocessing');
  return {
    ...inputSize,
    ...resize,
    ...(kernel === undefined ? {} : { kernel }),
    ...(scaling === undefined ? {} : { scaling }),
  };
}

function parsedBy<T extends object>(parse: (text: string) => T | undefined, expected: string): z.ZodType<T> {
  return z.unknown().transform((given, context) => {
    const isText = typeof given === 'string' || typeof given === 'number';
    const parsed = isText ? parse(String(given).trim()) : undefined;
    if (parsed !== undefined) return parsed;
    context.issues.push({ code: 'custom', message: expected, input: given });
    return z.NEVER;
  });
}

function parseSize(text: string): Pick<KnownPreprocess, 'width' | 'height'> | undefined {
  const [, width, height = width] = /^(\d+)(?:[x×](\d+))?$/i.exec(text) ?? [];
  const sides = z.tuple([sideSchema, sideSchema]).safeParse([Number(width), Number(height)]);
  return sides.success ? { width: sides.data[0], height: sides.data[1] } : undefined;
}

function parseResize(text: string): Pick<KnownPreprocess, 'resize' | 'crop'> | undefined {
  // Said alone, a stretch is of the whole photo, whatever share a file names for its own way.
  if (text === 'stretch') return { resize: 'stretch', crop: 1 };
  if (text === 'crop') return { resize: 'crop' };
  const share = shareSchema.safeParse(text.startsWith('crop:') ? parseNumber(text.slice(5)) : undefined);
  return share.success ? { resize: 'crop', crop: share.data } : undefined;
}

function parseScaling(text: string): PixelScaling | undefined {
  const reversed = /^bgr:/i.test(text);
  const rest = reversed ? text.slice(4) : text;
  const named = Object.entries(namedScalings).find(([name]) => name === rest)?.[1].scaling;
  const scaling = named ?? parseMeanAndStd(rest);
  return scaling === undefined || !reversed ? scaling : { ...scaling, order: 'BGR' };
}

function parseMeanAndStd(text: string): PixelScaling | undefined {
  const [mean, std, ...more] = text.split('/').map(parseChannels);
  if (mean === undefined || std === undefined || more.length > 0) return undefined;
  const fits =
    mean.every((value) => channelSchema.safeParse(value).success) &&
    std.every((value) => divisorSchema.safeParse(value).success);
  return fits ? { order: 'RGB', mean, std } : undefined;
}

function parseChannels(text: string): [number, number, number] | undefined {
  const [red, green = red, blue = red, ...more] = text.split(',').map(parseNumber);
  const isOneOrThree = text.split(',').length !== 2 && more.length === 0;
  if (!isOneOrThree || red === undefined || green === undefined || blue === undefined) return undefined;
  return [red, green, blue];
}

// Number() alone also takes '', '0x10' and ' 1'; NaN stays for the caller's schema to refuse.
function parseNumber(text: string): number {
  return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : NaN;
}
