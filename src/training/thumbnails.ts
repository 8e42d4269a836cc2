import { makeThumbnail } from '../image/thumbnail.ts';
import type { RunRecord } from '../model/run-record.ts';

/** Mistakes that the report shows with their photo. */
const mostThumbnails = 24;
const thumbnailPx = 240;

/**
 * Draws the photos of a run's first mistakes for its report.
 *
 * @param files - Absolute paths of the test photos, by their paths in the run.
 * @returns data URLs of JPEGs by path; a photo that is gone or cannot be read has none
 */
export async function drawThumbnails(
  run: RunRecord,
  files: ReadonlyMap<string, string>,
): Promise<Map<string, string>> {
  const thumbnails = new Map<string, string>();
  const mistakes = run.metrics.multiLabel?.mistakes ?? run.mistakes;
  const paths = [...new Set(mistakes.map(({ path }) => path))];
  for (const path of paths.slice(0, mostThumbnails)) {
    // A photo that is gone by now leaves its place in the report empty; it is no reason to lose the training.
    const jpeg = await makeThumbnail(files.get(path) ?? '', thumbnailPx).catch(() => undefined);
    if (jpeg !== undefined) {
      thumbnails.set(path, `data:image/jpeg;base64,${Buffer.from(jpeg).toString('base64')}`);
    }
  }
  return thumbnails;
}
