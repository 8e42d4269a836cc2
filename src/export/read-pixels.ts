import { RegraftError } from '../errors.ts';
import { decodeImage } from '../image/decode.ts';
import type { ModelMetadata } from '../model/metadata.ts';
import { photoFitOf } from '../model/photo-fit.ts';
import type { Tensor } from '../onnx/graph.ts';

/** Reads a photo as the input of a model, uint8 `[1, height, width, 3]`; undefined when it cannot be read. */
export async function readPixels(
  file: string,
  { preprocess }: ModelMetadata,
  maxPixels: number | undefined,
): Promise<Tensor | undefined> {
  if (preprocess === null) return undefined;
  const fit = photoFitOf(preprocess);
  try {
    const data = await decodeImage(file, { ...fit, maxPixels });
    return { type: 'uint8', dims: [1, fit.height, fit.width, 3], data };
  } catch (error) {
    if (error instanceof RegraftError) return undefined;
    throw error;
  }
}
