import type { KnownPreprocess, PhotoFit } from '../../shared/preprocess.ts';
import type { HuggingFaceConfig } from './hugging-face-preprocess.ts';
import { companionError } from './parse-companion.ts';

type Fit = Omit<PhotoFit, 'kernel'>;
interface Rectangle {
  readonly width: number;
  readonly height: number;
}
/** Scaled to a rectangle as a whole, or so that the shorter side has a length. */
type Scaled = Rectangle | { readonly shortest: number };

/** What a plain number means as size, by the family of the image processor. */
const numberMeans: ReadonlyMap<string, 'square' | 'shortest'> = new Map([
  ['ViT', 'square'],
  ['DeiT', 'square'],
  ['Beit', 'square'],
  ['EfficientNet', 'square'],
  ['CLIP', 'shortest'],
  ['ConvNext', 'shortest'],
  ['ConvNeXT', 'shortest'],
  ['Bit', 'shortest'],
  ['Levit', 'shortest'],
  ['MobileNetV1', 'shortest'],
  ['MobileNetV2', 'shortest'],
  ['MobileViT', 'shortest'],
  ['PoolFormer', 'shortest'],
]);

/**
 * Reads from an image processor's configuration how photos are scaled and cut; absent where they are not scaled, or where the size is
 * left to the processor's default.
 *
 * @param family - The processor's name without `ImageProcessor`.
 * @throws RegraftError `BACKBONE_INVALID` for what a fit cannot say: padding, a free aspect ratio, an uneven crop.
 */
export function huggingFaceFit(config: HuggingFaceConfig, family: string, source: string): Partial<Fit> {
  const { do_resize: resizes, do_center_crop: crops, do_pad: pads, size } = config;
  const fault = (field: string, expected: string): Error =>
    companionError(source, { field, expected, found: config[field as keyof HuggingFaceConfig] });
  if (pads === true) throw fault('do_pad', 'false');
  if (resizes === false && crops === true) throw fault('do_resize', 'true with do_center_crop');
  if (resizes === false || size === undefined) return {};

  const scaled = scaledOf(config, size, family);
  if (scaled === undefined) throw fault('size', '{"shortest_edge"} or {"height", "width"}');
  if (family === 'ConvNext' || family === 'ConvNeXT') {
    const side = sideOf(scaled);
    if (side === undefined) throw fault('size', '{"shortest_edge"}');
    // Its processor stretches large ones.
    if (side >= 384) return { width: side, height: side, resize: 'stretch', crop: 1 };
    return { width: side, height: side, resize: 'crop', crop: config.crop_pct ?? 224 / 256 };
  }
  if (crops !== true) {
    if ('shortest' in scaled) throw fault('size', '{"height", "width"}, or do_center_crop,');
    return { ...scaled, resize: 'stretch', crop: 1 };
  }
  const cut = cutOf(config.crop_size);
  if (cut === undefined) throw fault('crop_size', 'a number or {"height", "width"}');
  const before = beforeCut(scaled, family, config.crop_pct);
  if ('shortest' in before && cut.width !== cut.height) throw fault('crop_size', 'a square');
  const target = 'shortest' in before ? { width: before.shortest, height: before.shortest } : before;
  const crop = shareOf(cut, target);
  if (crop === undefined) {
    throw fault('crop_size', `at most ${target.width} × ${target.height}, the same share of both sides,`);
  }
  return { ...cut, resize: 'shortest' in before ? 'crop' : 'stretch', crop };
}

function scaledOf(
  config: HuggingFaceConfig,
  size: NonNullable<HuggingFaceConfig['size']>,
  family: string,
): Scaled | undefined {
  if (typeof size !== 'number') return 'height' in size ? rectangle(size) : { shortest: size.shortest_edge };
  // Where nothing is cut off, only a square makes all photos one size.
  const isWhole = config.do_center_crop !== true && config.crop_pct === undefined;
  const meaning = numberMeans.get(family) ?? (isWhole ? 'square' : undefined);
  if (meaning === undefined) return undefined;
  return meaning === 'square' ? { width: size, height: size } : { shortest: size };
}

function cutOf(size: HuggingFaceConfig['crop_size']): Rectangle | undefined {
  if (typeof size === 'number') return { width: size, height: size };
  return size !== undefined && 'height' in size ? rectangle(size) : undefined;
}

function rectangle({ width, height }: Rectangle): Rectangle {
  return { width, height };
}

function sideOf(scaled: Scaled): number | undefined {
  if ('shortest' in scaled) return scaled.shortest;
  return scaled.width === scaled.height ? scaled.width : undefined;
}

/** Two families scale to more than `size` says before they cut. */
function beforeCut(scaled: Scaled, family: string, cropPct: HuggingFaceConfig['crop_pct']): Scaled {
  const side = sideOf(scaled);
  if (family === 'PoolFormer' && cropPct !== undefined && side !== undefined) {
    return { shortest: Math.floor(side / cropPct) };
  }
  if (family === 'Levit' && 'shortest' in scaled) {
    return { shortest: Math.floor((256 / 224) * scaled.shortest) };
  }
  return scaled;
}

/** The `crop` by which both sides of the cut, divided and rounded down, give the scaled ones; undefined when none does. */
function shareOf(cut: Rectangle, scaled: Rectangle): KnownPreprocess['crop'] {
  const most = Math.min(1, cut.width / scaled.width, cut.height / scaled.height);
  const least = Math.max(cut.width / (scaled.width + 1), cut.height / (scaled.height + 1));
  // The quotient itself may be rounded to the next pixel's side.
  return [most, (most + least) / 2].find(
    (share) =>
      share <= 1 &&
      Math.floor(cut.width / share) === scaled.width &&
      Math.floor(cut.height / share) === scaled.height,
  );
}
