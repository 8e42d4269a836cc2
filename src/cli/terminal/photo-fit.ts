import type { PhotoFit } from '../../shared/preprocess.ts';
import { formatPercent } from './units.ts';

/** Says how a photo becomes a network's rectangle: `stretched to 299 × 299, bilinear`. */
export function formatPhotoFit({ width, height, resize, crop, kernel }: PhotoFit): string {
  const size = `${width} × ${height}`;
  const share = crop === 1 ? '' : `, ${formatPercent(crop)} of `;
  const placed =
    resize === 'crop'
      ? `its middle cut to ${size}${share && `${share}the shorter side`}`
      : `stretched to ${size}${share && `${share}each side`}`;
  return `${placed}, ${kernel}`;
}
