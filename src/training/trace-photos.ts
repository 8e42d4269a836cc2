import { RegraftError } from '../errors.ts';
import { openExplainer } from '../explain/explainer.ts';
import { tracePhoto } from '../explain-photo.ts';
import { drawHeat } from '../image/draw-heat.ts';
import { modelFileName } from '../model/load.ts';
import { parseMetadata } from '../model/metadata.ts';
import { photoFitOf } from '../model/photo-fit.ts';
import type { Model } from '../onnx/graph.ts';
import { openSessions, type SessionPool } from '../runtime/session-pool.ts';

/** A photo, and the class whose places in it are wanted. */
export interface TracedPhoto {
  readonly path: string;
  readonly file: string;
  readonly label: string;
}

/**
 * Draws the places of photos that speak for a class, as small JPEG files by the photos' paths. None of a model that cannot be explained, and none
 * of a photo that is gone by now: no reason to lose a training.
 *
 * @param graph - The model file's graph with its metadata.
 */
export async function tracePhotos(
  graph: Model,
  photos: readonly TracedPhoto[],
  {
    sizePx,
    workers,
    signal,
  }: { sizePx: number; workers?: number | undefined; signal?: AbortSignal | undefined },
): Promise<Map<string, Uint8Array>> {
  const pictures = new Map<string, Uint8Array>();
  const metadata = parseMetadata(graph.metadata, modelFileName);
  if (metadata.preprocess === null || photos.length === 0) return pictures;
  const fit = photoFitOf(metadata.preprocess);
  let first: SessionPool | undefined;
  const open = async (model: Model): Promise<SessionPool> => {
    if (first !== undefined) return first.openBeside(model);
    first = await openSessions(model, { workers, signal });
    return first;
  };
  try {
    const explainer = await openExplainer({ path: modelFileName, model: graph, metadata }, open);
    const draw = async ({ path, file, label }: TracedPhoto): Promise<void> => {
      const traced = await tracePhoto(file, { explainer, metadata, fit }, { label, top: 1, signal }).catch(
        noPhoto,
      );
      if (traced === undefined) return;
      pictures.set(path, await drawHeat(traced.photo, fit, traced.heat, { sizePx, format: 'jpeg' }));
    };
    await Promise.all(photos.map(draw));
  } catch (error) {
    if (!(error instanceof RegraftError) || error.code !== 'NOT_EXPLAINABLE') throw error;
  } finally {
    await first?.[Symbol.asyncDispose]();
  }
  return pictures;
}

function noPhoto(error: unknown): undefined {
  if (error instanceof RegraftError && error.code !== 'RUNTIME_FAILED' && error.code !== 'CANCELLED') return;
  throw error;
}
