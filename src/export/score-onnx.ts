import { RegraftError } from '../errors.ts';
import { decodeImage } from '../image/decode.ts';
import { probabilitiesOutput, unknownOutput } from '../model/build-classifier.ts';
import { loadModel } from '../model/load.ts';
import type { ModelMetadata } from '../model/metadata.ts';
import { photoFitOf } from '../model/photo-fit.ts';
import type { Tensor } from '../onnx/graph.ts';
import { openSessions, type SessionPool } from '../runtime/session-pool.ts';
import type { ExportContext, ExportPhoto, PhotoScores } from './export-format.ts';
import { countProgress } from './count-progress.ts';

/** Runs that the median time is taken of, after one that allocates memory. */
const timedRuns = 15;

/**
 * Scores photos by a model file in onnxruntime-node, as `regraft predict` does.
 *
 * @param location - The `.onnx` file, or the folder with it.
 * @throws RegraftError `MODEL_INVALID`, `RUNTIME_MISSING`, `RUNTIME_FAILED`, `CANCELLED`.
 */
export async function scoreOnnx(
  location: string,
  photos: readonly ExportPhoto[],
  { workers, maxPixels, onProgress, signal }: ExportContext,
): Promise<PhotoScores> {
  const { model, metadata } = await loadModel(location);
  const input = model.graph.inputs[0]?.name ?? '';
  const classes = metadata.labels.length;
  const probabilities = new Float32Array(photos.length * classes);
  const readable = photos.map(() => false);
  const unknown = metadata.unknown === null ? null : new Float32Array(photos.length);
  const count = countProgress('export', photos.length, 'photos', onProgress);
  let sample: Tensor | undefined;
  await using sessions = await openSessions(model, { workers, signal });
  const scoreOne = async (row: number): Promise<void> => {
    const image = await readImage(photos[row]?.file ?? '', metadata, maxPixels);
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
  const msAPhoto = sample === undefined ? null : await medianMs(sessions, { [input]: sample }, signal);
  return { probabilities, readable, unknown, msAPhoto };
}

/** A photo as the graph's input; undefined when it cannot be read. */
async function readImage(
  file: string,
  { preprocess }: ModelMetadata,
  maxPixels: number | undefined,
): Promise<Tensor | undefined> {
  if (preprocess === null) return undefined;
  const fit = photoFitOf(preprocess);
  try {
    const data = await decodeImage(file, { ...fit, maxPixels });
    return { type: 'uint8', dims: [1, fit.height, fit.width, 3], data };
  } catch (error) {
    if (error instanceof RegraftError) return undefined;
    throw error;
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
