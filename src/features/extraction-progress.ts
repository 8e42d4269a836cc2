import type { OnProgress } from '../shared/progress.ts';

/** How much there is to do. */
export interface ExtractionWork {
  readonly photos: number;
  /** Views of all photos together. */
  readonly views: number;
}

const reportIntervalMs = 100;

/** Reports photos as they are done, a few times a second; the time left follows from their views, as a photo takes as long as it lacks views. */
export function extractionProgress(
  total: ExtractionWork,
  onProgress: OnProgress | undefined,
): (viewsOfPhoto: number) => void {
  const start = performance.now();
  let [photos, views] = [0, 0];
  let last = start;
  return (viewsOfPhoto) => {
    photos++;
    views += viewsOfPhoto;
    const now = performance.now();
    if (now - last < reportIntervalMs && photos < total.photos) return;
    last = now;
    const elapsedMs = now - start;
    onProgress?.({
      type: 'progress',
      stage: 'features',
      done: photos,
      total: total.photos,
      unit: 'photos',
      rate: photos / (elapsedMs / 1000),
      etaMs: (elapsedMs / views) * (total.views - views),
    });
  };
}
