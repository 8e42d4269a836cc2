import { RegraftError } from '../../errors.ts';
import type { KnownPreprocess, PixelScaling } from '../../shared/preprocess.ts';
import { addInput, type Draft, type Value } from '../layers/draft.ts';
import { unsupportedLayer } from '../layers/unsupported.ts';
import type { Photo, PhotoScaling } from './photo.ts';

/** Where a photo went into a network. */
export interface PhotoInput {
  readonly value: Value;
  readonly preprocess: KnownPreprocess;
}

/**
 * Makes the photo the network's input, as far as the graph has decoded, resized and scaled it.
 *
 * @param size - `[height, width]` as the caller asks for it.
 * @throws RegraftError `PREPROCESS_UNKNOWN` when neither graph nor caller tell the size, `INVALID_OPTION` when they contradict each other,
 * `OPERATOR_UNSUPPORTED` for a photo without a batch.
 */
export function takePhoto(
  draft: Draft,
  photo: Photo,
  size: readonly [number, number] | undefined,
): PhotoInput {
  const { name, rank, scaling, resized } = photo;
  const { source } = draft;
  const [height, width] = photo.size ?? size ?? [0, 0];
  if (rank !== 4) throw unsupportedLayer(draft, name, 'a photo without a batch axis');
  if (height === 0 || width === 0) {
    throw new RegraftError(
      'PREPROCESS_UNKNOWN',
      `Expected the size of photos in ${source} but its input, node ${name}, takes any.`,
      { hint: 'Give the size that the network was trained with, such as --input-size 224.' },
    );
  }
  if (size !== undefined && size.join() !== [height, width].join()) {
    throw new RegraftError(
      'INVALID_OPTION',
      `Expected photos of ${width} × ${height} pixels, as node ${name} in ${source} says, but received the size ${size[1]} × ${size[0]}.`,
      { hint: 'Leave out --input-size.' },
    );
  }
  return {
    value: addInput(draft, name, [height, width, 3]),
    preprocess: {
      width,
      height,
      ...(resized ? { resize: 'stretch', crop: 1, kernel: 'bilinear' } : {}),
      ...(scaling === undefined ? {} : { scaling: toPixelScaling(scaling) }),
    },
  };
}

/** `level · factor + term` as `(level − mean) / std`. */
function toPixelScaling({ factor, term }: PhotoScaling): PixelScaling {
  const channels = factor.map((own, channel) => {
    const moved = term[channel] ?? 0;
    return {
      mean: shortest(-moved / own, (mean) => mean * own, -moved),
      std: shortest(1 / own, (std) => 1 / std, own),
    };
  });
  const pick = (key: 'mean' | 'std'): [number, number, number] => {
    const [red = 0, green = 0, blue = 0] = channels.map((channel) => channel[key]);
    return [red, green, blue];
  };
  return { order: 'RGB', mean: pick('mean'), std: pick('std') };
}

/** The shortest decimal that gives the same float32 as a number does: the graph's constants are rounded ones, 1 / 255 of 255. */
function shortest(exact: number, use: (number: number) => number, result: number): number {
  for (let digits = 1; digits < 17; digits++) {
    const rounded = Number(exact.toPrecision(digits));
    // Adding 0 makes a 0 of −0.
    if (Math.fround(use(rounded)) === Math.fround(result)) return rounded + 0;
  }
  return exact;
}
