import type { PhotoFit } from './preprocess.ts';

/** Says how a photo becomes a network's rectangle: `stretched to 299 × 299, bilinear`. */
export function formatPhotoFit({ width, height, resize, crop, kernel }: PhotoFit): string {
  const size = `${width} × ${height}`;
  const share = crop === 1 ? '' : `, ${(crop * 100).toFixed(1)} % of `;
  const placed =
    resize === 'crop'
      ? `its middle cut to ${size}${share && `${share}the shorter side`}`
      : `stretched to ${size}${share && `${share}each side`}`;
  return `${placed}, ${kernel}`;
}
