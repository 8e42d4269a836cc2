import { z } from 'zod';
import { RegraftError } from '../../errors.ts';
import type { KnownPreprocess } from '../../shared/preprocess.ts';
import { readFields } from './read-fields.ts';

const imagePackage = '@teachablemachine/image';

// The defaults are those of fillMetadata in @teachablemachine/image 0.8.5.
const metadata = z.looseObject({
  packageName: z.literal(imagePackage).default(imagePackage),
  labels: z.array(z.string()).min(1),
  imageSize: z.int().min(1).max(4096).default(224),
  grayscale: z
    .literal(false, { error: 'false (networks for grey pictures are not imported)' })
    .default(false),
});

/**
 * Reads the `metadata.json` of a Teachable Machine image export: the labels and how its library prepares photos. That is
 * (@teachablemachine/image 0.8.5): the shorter side is scaled to the size and the middle is cut out (`cropTo` in utils/canvas.ts), then pixels become `x / 127 − 1`
 * (`capture` in utils/tf.ts; not 127.5). Its scaling is a browser's drawImage, bilinear and mostly without antialias.
 *
 * @param source - The file's name, for errors.
 * @throws RegraftError `BACKBONE_INVALID` when it is not such a file, naming the field.
 */
export function readTeachableMachine(
  metadataJson: string,
  source: string,
): KnownPreprocess & { readonly labels: readonly string[] } {
  const { labels, imageSize } = readFields(
    metadata,
    parse(metadataJson, source),
    `metadata.json of ${source}`,
  );
  return {
    labels,
    width: imageSize,
    height: imageSize,
    resize: 'crop',
    crop: 1,
    kernel: 'bilinear',
    scaling: { order: 'RGB', mean: [127, 127, 127], std: [127, 127, 127] },
  };
}

function parse(text: string, source: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new RegraftError(
      'BACKBONE_INVALID',
      `Expected JSON in the metadata.json of ${source}, but its fields cannot be read: ${(error as Error).message}.`,
      { hint: 'Export the network from Teachable Machine again.', cause: error },
    );
  }
}
