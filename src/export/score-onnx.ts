import { probabilitiesOutput, unknownOutput } from '../model/build-classifier.ts';
import { loadModel } from '../model/load.ts';
import type { Tensor } from '../onnx/graph.ts';
import { openSessions, type SessionPool } from '../runtime/session-pool.ts';
import type { ExportContext, ExportPhoto, PhotoScores } from './export-format.ts';
import { countProgress } from './count-progress.ts';
import { readPixels } from './read-pixels.ts';

/** Runs that the median time is taken of, after one that allocates memory. */
const timedRuns = 15;

/**
 * Scores photos by a model file in onnxruntime-node, as `regraft predict` does, or with `asIs` as any other program does that runs the file. The time is that of
 * `regraft predict`.
 *
 * @param location - The `.onnx` file, or the folder with it.
 * @throws RegraftError `MODEL_INVALID`, `RUNTIME_MISSING`, `RUNTIME_FAILED`, `CANCELLED`.
 */
export async function scoreOnnx(
  location: string,
  photos: readonly ExportPhoto[],
  { workers, maxPixels, onProgress, signal, asIs = false }: ExportContext & { readonly asIs?: boolean },
): Promise<PhotoScores> {
  const { bytes, model, metadata } = await loadModel(location);
  const input = model.graph.inputs[0]?.name ?? '';
  const classes = metadata.labels.length;
  const probabilities = new Float32Array(photos.length * classes);
  const readable = photos.map(() => false);
  const unknown = metadata.unknown === null ? null : new Float32Array(photos.length);
  const count = countProgress('export', photos.length, 'photos', onProgress);
  let sample: Tensor | undefined;
  await using sessions = await openSessions(asIs ? bytes : model, { workers, signal });
  const scoreOne = async (row: number): Promise<void> => {
    const image = await readPixels(photos[row]?.file ?? '', metadata, maxPixels);
    if (image !== undefined) {
      sample ??= image;
      readable[row] = true;
      const outputs = await sessions.run({ [input]: image }, { signal });
      probabilities.set(outputs[probabilitiesOutput]?.data as Float32Array, row * classes);
      if (unknown !== null) unknown[row] = Number(outputs[unknownOutput]?.data[0]);
    }
    count();
  };
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < photos.length) await scoreOne(next++);
  };
  await Promise.all(Array.from({ length: sessions.workers * 2 }, lane));
  const msAPhoto = sample === undefined ? null : await timeOne(sample);
  return { probabilities, readable, unknown, msAPhoto };

  async function timeOne(image: Tensor): Promise<number> {
    await using alone = await openSessions(model, { workers: 1, signal });
    return await medianMs(alone, { [input]: image }, signal);
  }
}

async function medianMs(
  sessions: SessionPool,
  feeds: Readonly<Record<string, Tensor>>,
  signal: AbortSignal | undefined,
): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run <= timedRuns; run++) {
    const start = performance.now();
    await sessions.run(feeds, { signal });
    if (run > 0) times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[Math.floor(timedRuns / 2)] ?? NaN;
}
