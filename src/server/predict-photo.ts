import type { Prediction } from '../prediction.ts';
import type { LoadedServed } from './load-served.ts';
import type { ServerState } from './server-state.ts';

/**
 * Classifies one photo of a request and counts it.
 *
 * @throws RegraftError `CANCELLED`, `RUNTIME_FAILED`
 */
export async function predictPhoto(
  { classifier, description }: LoadedServed,
  photo: Uint8Array,
  top: number,
  { options, metrics }: ServerState,
  signal: AbortSignal,
): Promise<Prediction> {
  const start = performance.now();
  const prediction = await classifier.classifyOne(photo, { top, maxPixels: options.maxPixels, signal });
  const outcome = prediction.error === undefined ? 'classified' : 'unreadable';
  metrics.photo(description.name, outcome, (performance.now() - start) / 1000);
  return prediction;
}
