import type { PhotoFit } from './preprocess.ts';

/** Says how a photo becomes a network's rectangle: `stretched to 299 × 299, bilinear`. */
export function formatPhotoFit({ width, height, resize, crop, kernel }: PhotoFit): string {
  const size = `${width} × ${height}`;
  const share = crop === 1 ? '' : ` (the middle ${(crop * 100).toFixed(1)} %)`;
  return `${resize === 'crop' ? 'cropped' : 'stretched'} to ${size}${share}, ${kernel}`;
}
