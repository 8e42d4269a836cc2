import type { ExtractionWork } from '../../features/extraction-progress.ts';
import type { OnProgress } from '../../shared/progress.ts';

const leastPhotos = 8;
const leastMs = 2000;

/**
 * Says once, as soon as a few photos have shown it, what a photo takes and what all will take; nothing where all are done by then.
 *
 * @returns to be called when a photo is done, with the number of its views
 */
export function reportPace(
  total: ExtractionWork,
  onProgress: OnProgress | undefined,
): (views: number) => void {
  const start = performance.now();
  let [photos, views, told] = [0, 0, false];
  return (viewsOfPhoto) => {
    photos++;
    views += viewsOfPhoto;
    const elapsedMs = performance.now() - start;
    if (told || photos < leastPhotos || elapsedMs < leastMs || photos >= total.photos) return;
    told = true;
    const text = `The frozen layers take ${formatSeconds(elapsedMs / photos)} a photo, so about ${formatWhole((elapsedMs / views) * total.views)} in all.`;
    onProgress?.({ type: 'line', stage: 'features', text });
  };
}

function formatSeconds(ms: number): string {
  return `${(ms / 1000).toPrecision(2)} s`;
}

function formatWhole(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  return `${Math.round(seconds / 60).toLocaleString('en')} min`;
}
