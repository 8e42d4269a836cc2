import { RegraftError } from '../../errors.ts';
import type { KnownPreprocess, PhotoFit, PixelScaling } from '../../shared/preprocess.ts';
import { namedScalings } from './named-scalings.ts';

/** What a network's graph says about its input. */
export interface GraphInput {
  /** In pixels; absent where the graph leaves it open. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  /** False when the graph takes 8-bit pixels as they are. */
  readonly needsScaling: boolean;
}

/** How photos become a network's input, with nothing left open. */
export interface ResolvedPreprocess {
  readonly fit: PhotoFit;
  /** Undefined when the graph takes pixels as they are. */
  readonly scaling: PixelScaling | undefined;
}

/**
 * Puts together what the user, the network's file and a file beside it say. Size and scaling must be known; a photo is stretched by the
 * bilinear filter where nobody says otherwise, and a `crop` whose share nobody says keeps all of the shorter side.
 *
 * @param known - In order of precedence; the first is the user's, `{}` when nothing was said.
 * @param source - The network's name, for errors.
 * @throws RegraftError `PREPROCESS_UNKNOWN` naming what is missing and the flags for it, `INVALID_OPTION` or `BACKBONE_INVALID` when the user
 * or a file contradicts the graph.
 */
export function resolvePreprocess(
  known: readonly KnownPreprocess[],
  graph: GraphInput,
  source: string,
): ResolvedPreprocess {
  const scaling = graph.needsScaling ? firstOf(known, 'scaling') : undefined;
  const width = firstOf(known, 'width') ?? graph.width;
  const height = firstOf(known, 'height') ?? graph.height;
  const hasScaling = scaling !== undefined || !graph.needsScaling;
  if (width === undefined || height === undefined || !hasScaling) {
    throw unknownError(width === undefined || height === undefined, !hasScaling, source);
  }
  checkAgainstGraph(known[0] ?? {}, { width, height }, graph, source);
  const resize = firstOf(known, 'resize') ?? 'stretch';
  const kernel = firstOf(known, 'kernel') ?? 'bilinear';
  return { fit: { width, height, resize, crop: shareOf(known, resize), kernel }, scaling };
}

function firstOf<K extends keyof KnownPreprocess>(
  known: readonly KnownPreprocess[],
  field: K,
): KnownPreprocess[K] | undefined {
  return known.find((one) => one[field] !== undefined)?.[field];
}

/** The first share that somebody names for this way to resize: one for the other way means something else. */
function shareOf(known: readonly KnownPreprocess[], resize: PhotoFit['resize']): number {
  return known.find((one) => one.crop !== undefined && (one.resize ?? resize) === resize)?.crop ?? 1;
}

function checkAgainstGraph(
  user: KnownPreprocess,
  { width, height }: { readonly width: number; readonly height: number },
  graph: GraphInput,
  source: string,
): void {
  if (!graph.needsScaling && user.scaling !== undefined) {
    throw new RegraftError(
      'INVALID_OPTION',
      `Expected no scaling for ${source}, which takes pixels as they are, but received one.`,
      { hint: 'Leave --scaling out: the network scales by itself.' },
    );
  }
  const [fixedWidth, fixedHeight] = [graph.width ?? width, graph.height ?? height];
  if (fixedWidth === width && fixedHeight === height) return;
  const isUser = user.width !== undefined || user.height !== undefined;
  const fixed = fixedWidth === fixedHeight ? String(fixedWidth) : `${fixedWidth}x${fixedHeight}`;
  throw new RegraftError(
    isUser ? 'INVALID_OPTION' : 'BACKBONE_INVALID',
    `Expected an input of ${fixedWidth} × ${fixedHeight} pixels for ${source}, whose graph takes no other, but found ${width} × ${height}${isUser ? '' : ' in what its files say'}.`,
    {
      hint: isUser
        ? 'Leave --input-size out, or export the network for that size.'
        : `Give --input-size ${fixed} if the graph is right.`,
    },
  );
}

function unknownError(lacksSize: boolean, lacksScaling: boolean, source: string): RegraftError {
  const missing = [
    ...(lacksSize ? ['the size of its input'] : []),
    ...(lacksScaling ? ['how its pixels are scaled'] : []),
  ].join(' and ');
  const flags = [
    ...(lacksSize ? ['--input-size 224'] : []),
    ...(lacksScaling ? ['--scaling imagenet'] : []),
  ].join(' ');
  const scalings = Object.entries(namedScalings).map(([name, { meaning }]) => `${name} (${meaning})`);
  const choices = `Scalings: ${scalings.join('; ')}; or <mean>/<std> in levels of 0 to 255, such as 127.5/127.5.`;
  return new RegraftError(
    'PREPROCESS_UNKNOWN',
    `Expected ${source} to say ${missing}, but found it neither in the file nor beside it.`,
    {
      hint: `Look it up where the network was published and give it, for example ${flags}.${lacksScaling ? ` ${choices}` : ''}`,
    },
  );
}
