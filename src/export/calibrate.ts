import { RegraftError, throwIfCancelled } from '../errors.ts';
import type { ModelMetadata } from '../model/metadata.ts';
import type { Model } from '../onnx/graph.ts';
import { errorGraph, type MeasureGraph, rangeGraph } from '../onnx/quantise/measure-graph.ts';
import type { ValueRange } from '../onnx/value-ranges.ts';
import { openSessions } from '../runtime/session-pool.ts';
import { countProgress } from './count-progress.ts';
import type { ExportContext, ExportPhoto } from './export-format.ts';
import { readPixels } from './read-pixels.ts';

/** Photos that ranges are taken of, and of which the errors within them are summed. */
export const calibrationPhotos = { ranges: 96, errors: 24 } as const;

/** Parts of a tensor's range that are tried: fewer outliers, finer steps. */
const shares = [1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4] as const;

/**
 * Finds the range that 8-bit levels of each tensor should reach over: of the shares of what training photos reach, the one whose levels miss
 * the values by the least mean square.
 *
 * @param photos - In an order that their contents tell; the first ones are taken.
 * @throws RegraftError `NO_PHOTO_READ`, `RUNTIME_FAILED`, `CANCELLED`.
 */
export async function calibrate(
  model: Model,
  metadata: ModelMetadata,
  tensors: readonly string[],
  photos: readonly ExportPhoto[],
  context: ExportContext,
): Promise<ReadonlyMap<string, ValueRange>> {
  const taken = photos.slice(0, calibrationPhotos.ranges);
  const count = countProgress(
    'export',
    taken.length + calibrationPhotos.errors,
    'photos',
    context.onProgress,
  );
  const reached = new Map(tensors.map((tensor) => [tensor, { low: Infinity, high: -Infinity }]));
  const read = await runOn(
    rangeGraph(model, tensors),
    metadata,
    taken,
    context,
    count,
    (tensor, [low = 0, high = 0]) => {
      const range = reached.get(tensor);
      if (range === undefined) return;
      range.low = Math.min(range.low, low);
      range.high = Math.max(range.high, high);
    },
  );
  if (read === 0) {
    throw new RegraftError('NO_PHOTO_READ', `None of the ${taken.length} training photos could be read.`);
  }
  const candidates = new Map(
    [...reached].map(([tensor, { low, high }]) => [
      tensor,
      shares.map((share) => ({ low: low * share, high: high * share })),
    ]),
  );
  const errors = new Map(tensors.map((tensor) => [tensor, shares.map(() => 0)]));
  const some = taken.slice(0, calibrationPhotos.errors);
  await runOn(errorGraph(model, candidates), metadata, some, context, count, (tensor, values) => {
    const sums = errors.get(tensor) ?? [];
    for (const [index, value] of values.entries()) sums[index] = (sums[index] ?? 0) + value;
  });
  return new Map(
    [...candidates].map(([tensor, ranges]) => {
      const sums = errors.get(tensor) ?? [];
      return [tensor, ranges[sums.indexOf(Math.min(...sums))] ?? ranges[0] ?? { low: 0, high: 0 }];
    }),
  );
}

/** Runs a graph that measures on photos, and gives how many could be read. */
async function runOn(
  { model, outputs }: MeasureGraph,
  metadata: ModelMetadata,
  photos: readonly ExportPhoto[],
  { workers, maxPixels, signal }: ExportContext,
  count: () => void,
  take: (tensor: string, values: readonly number[]) => void,
): Promise<number> {
  const input = model.graph.inputs[0]?.name ?? '';
  await using sessions = await openSessions(model, { workers, signal });
  let read = 0;
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let photo = photos[next++]; photo !== undefined; photo = photos[next++]) {
      throwIfCancelled(signal);
      const image = await readPixels(photo.file, metadata, maxPixels);
      if (image !== undefined) {
        const figures = await sessions.run({ [input]: image }, { signal, transfer: true });
        for (const [tensor, names] of outputs)
          take(
            tensor,
            names.map((name) => Number(figures[name]?.data[0])),
          );
        read++;
      }
      count();
    }
  };
  await Promise.all(Array.from({ length: sessions.workers + 1 }, lane));
  return read;
}
