import type { PhotoFit } from '../shared/preprocess.ts';
import type { PreprocessMetadata } from './metadata.ts';

/** Writes how a photo becomes pixels the way the metadata of a model file says it. */
export function describePhotoFit({ width, height, resize, crop, kernel }: PhotoFit): PreprocessMetadata {
  return {
    width,
    height,
    resize,
    crop,
    kernel: `${kernel}-antialias`,
    colour: 'sRGB',
    orientation: 'exif',
  };
}

/** Reads what {@link describePhotoFit} wrote. */
export function photoFitOf({ width, height, resize, crop, kernel }: PreprocessMetadata): PhotoFit {
  return { width, height, resize, crop, kernel: kernel === 'bicubic-antialias' ? 'bicubic' : 'bilinear' };
}
