import { availableParallelism } from 'node:os';
import type { Sharp } from 'sharp';
import { corruptPhotoError, type OpenPhoto } from './open-photo.ts';
import { pixelBudget } from './pixel-budget.ts';

// A progressive JPEG is decoded as a whole, 3 to 6 bytes a pixel outside of JavaScript: four of 108 megapixels at once take 1.1 GB.
// Two photos of a usual camera (12 megapixels) for each core still overlap; larger ones wait for each other.
const budget = pixelBudget(25_000_000 * Math.max(2, availableParallelism()));

/**
 * Decodes a photo through a pipeline that was built on its own; of large photos only a few at a time.
 *
 * @returns the pipeline's output
 * @throws PHOTO_CORRUPT
 */
export async function runPipeline(photo: OpenPhoto, pipeline: Sharp): Promise<Uint8Array> {
  try {
    const output = await budget.spend(photo.width * photo.height, () => pipeline.toBuffer());
    return new Uint8Array(output.buffer, output.byteOffset, output.byteLength);
  } catch (error) {
    throw corruptPhotoError(photo, error);
  }
}
