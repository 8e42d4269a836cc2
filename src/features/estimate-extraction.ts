import type { MissingViews } from './missing-views.ts';
import type { SegmentTap } from './segment.ts';

/** What an extraction will add to the store. */
export interface ExtractionEstimate {
  readonly photos: number;
  /** Views of all photos together: rows. */
  readonly views: number;
  readonly bytes: number;
}

/** A photo's hash, twice, and its size. */
const bytesBesideValues = 100;

/** Estimates what the missing views will take in the store. */
export function estimateExtraction(
  missing: readonly MissingViews[],
  taps: readonly SegmentTap[],
): ExtractionEstimate {
  const sum = (of: (group: MissingViews) => number): number =>
    missing.reduce((total, group) => total + of(group), 0);
  const views = sum(({ stores, photos }) => stores.length * photos.length);
  const rowBytes = 4 * taps.reduce((total, { size }) => total + size, 0) + bytesBesideValues;
  return { photos: sum(({ photos }) => photos.length), views, bytes: views * rowBytes };
}

/** Says what will be computed: `2 views of 1,000 photos, about 97 MB in the store`. */
export function describeExtraction({ photos, views, bytes }: ExtractionEstimate): string {
  const each = views / photos;
  // Photos may lack different numbers of views.
  const what = Number.isInteger(each) ? countOf(each, 'view') : `${countOf(views, 'view')} in all`;
  return `${what} of ${countOf(photos, 'photo')}, about ${formatMegabytes(bytes)} in the store`;
}

/** Bytes in whole megabytes, rounded up. */
export function formatMegabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6).toLocaleString('en')} MB`;
}

function countOf(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}
