import { RegraftError, throwIfCancelled } from '../errors.ts';
import type { ModelMetadata } from '../model/metadata.ts';
import type { MeasureGraph } from '../onnx/quantise/measure-graph.ts';
import { openSessions } from '../runtime/session-pool.ts';
import { countProgress } from './count-progress.ts';
import type { ExportContext, ExportPhoto } from './export-format.ts';
import { readPixels } from './read-pixels.ts';

/**
 * Runs a graph that measures on photos.
 *
 * @param take - Gets what each photo gives, in any order of the photos.
 * @returns how many photos could be read
 * @throws RegraftError `NO_PHOTO_READ` when it was none of them, `RUNTIME_FAILED`, `CANCELLED`.
 */
export async function measureOnPhotos(
  { model, outputs }: MeasureGraph,
  metadata: ModelMetadata,
  photos: readonly ExportPhoto[],
  { workers, maxPixels, signal, onProgress }: ExportContext,
  take: (tensor: string, values: readonly Float32Array[]) => void,
): Promise<number> {
  const input = model.graph.inputs[0]?.name ?? '';
  await using sessions = await openSessions(model, { workers, signal });
  const count = countProgress('export', photos.length, 'photos', onProgress);
  let read = 0;
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let photo = photos[next++]; photo !== undefined; photo = photos[next++]) {
      throwIfCancelled(signal);
      const image = await readPixels(photo.file, metadata, maxPixels);
      if (image !== undefined) {
        const figures = await sessions.run({ [input]: image }, { signal, transfer: true });
        for (const [tensor, names] of outputs) {
          take(
            tensor,
            names.map((name) => figures[name]?.data as Float32Array),
          );
        }
        read++;
      }
      count();
    }
  };
  await Promise.all(Array.from({ length: sessions.workers + 1 }, lane));
  if (read === 0) {
    throw new RegraftError('NO_PHOTO_READ', `None of the ${photos.length} training photos could be read.`, {
      hint: 'This form takes the range of its numbers from them. Say where the photos are with --photos.',
    });
  }
  return read;
}
