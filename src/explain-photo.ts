import { RegraftError } from './errors.ts';
import type { Explainer } from './explain/explainer.ts';
import type { HeatMap } from './explain/heat-map.ts';
import { decodePhoto } from './image/decode.ts';
import { drawHeat } from './image/draw-heat.ts';
import { type OpenPhoto, openPhoto } from './image/open-photo.ts';
import type { ModelMetadata } from './model/metadata.ts';
import { type Prediction, predictionOf } from './prediction.ts';
import type { PhotoFit } from './shared/preprocess.ts';

/** Options of `explain`. */
export interface ExplainOptions {
  /** The class to explain. @default the most probable one */
  readonly label?: string | undefined;
  /** How many classes the prediction gives. @default 5 */
  readonly top?: number | undefined;
  /** Photos with more pixels are not decoded. @default 120,000,000 */
  readonly maxPixels?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Why a classifier says what it says of a photo: the places that speak for a class. */
export interface Explanation {
  readonly prediction: Prediction;
  /** The class that is explained. */
  readonly label: string;
  /** The photo, upright and at most 1024 pixels long, with the heat over it: the bytes of a PNG file. */
  readonly png: Uint8Array;
  /** Of all that the network saw, which is the whole photo unless its fit crops. */
  readonly heat: HeatMap;
}

/** What {@link explainPhoto} works with. */
interface ExplainedModel {
  readonly explainer: Explainer;
  readonly metadata: ModelMetadata;
  readonly fit: PhotoFit;
}

/** An explanation without its picture, and what to draw one of. */
export interface Traced extends Omit<Explanation, 'png'> {
  readonly photo: OpenPhoto;
}

/**
 * Explains one photo.
 *
 * @throws RegraftError The reason when the photo cannot be read, `RUNTIME_FAILED`, `CANCELLED`, `INVALID_OPTION` for a label that the model does not have.
 */
export async function explainPhoto(
  given: string | Uint8Array,
  model: ExplainedModel,
  options: ExplainOptions & { readonly top: number },
): Promise<Explanation> {
  const { photo, ...traced } = await tracePhoto(given, model, options);
  return { ...traced, png: await drawHeat(photo, model.fit, traced.heat) };
}

/** Finds the places of one photo, as {@link explainPhoto} does, without a picture. */
export async function tracePhoto(
  given: string | Uint8Array,
  { explainer, metadata, fit }: ExplainedModel,
  { label: wanted, top, maxPixels, signal }: ExplainOptions & { readonly top: number },
): Promise<Traced> {
  const { labels } = metadata;
  if (wanted !== undefined && !labels.includes(wanted)) throw unknownLabel(wanted, labels);
  const photo = await openPhoto(given, maxPixels);
  // A pipeline serves once; the picture needs another.
  const data = await decodePhoto({ ...photo, pipeline: photo.pipeline.clone() }, fit);
  const image = { type: 'uint8', dims: [1, fit.height, fit.width, 3], data } as const;
  const { outputs, heatOf } = await explainer.look(image, signal);
  const prediction = predictionOf(typeof given === 'string' ? given : '', outputs, metadata, top);
  const label = wanted ?? prediction.label ?? '';
  return { prediction, label, heat: await heatOf(labels.indexOf(label)), photo };
}

function unknownLabel(label: string, labels: readonly string[]): RegraftError {
  const shown = labels.length > 20 ? `${labels.slice(0, 20).join(', ')}, …` : labels.join(', ');
  return new RegraftError(
    'INVALID_OPTION',
    `Expected a class of the model for label but received "${label}".`,
    {
      hint: `Its classes are ${shown}.`,
    },
  );
}
