import type { ErrorCode, RegraftError } from './errors.ts';
import type { ModelMetadata } from './model/metadata.ts';
import type { Tensor } from './onnx/graph.ts';

/** A class with its calibrated probability. */
export interface ScoredLabel {
  readonly label: string;
  readonly probability: number;
}

/** Whether a photo shows none of the classes. */
export interface UnknownVerdict {
  /** The larger, the less the photo is like those that the classes were learned from. */
  readonly score: number;
  /** True when the score is above the model's threshold. */
  readonly isUnknown: boolean;
}

/** What a classifier says of one photo. */
export interface Prediction {
  /** The path as it was given; empty for bytes. */
  readonly path: string;
  /** The most probable class; null when the photo could not be read. */
  readonly label: string | null;
  readonly probability: number | null;
  /** The most probable classes, most probable first. */
  readonly top: readonly ScoredLabel[];
  /** Of a multi-label model: all classes that the photo shows, most probable first; possibly none. Absent when it could not be read. */
  readonly labels?: readonly ScoredLabel[];
  /** Whether it shows none of the classes; absent when the model has no such score, or the photo could not be read. */
  readonly unknown?: UnknownVerdict;
  /** Why the photo could not be read. */
  readonly error?: { readonly code: ErrorCode; readonly reason: string };
}

/**
 * Ranks the classes of one photo by their probabilities, `[labels]`; of a multi-label model it also picks those at or above their thresholds. An unknown photo
 * too has a nearest class.
 */
export function rankedPrediction(
  path: string,
  probabilities: Float32Array,
  { labels, thresholds }: Pick<ModelMetadata, 'labels' | 'thresholds'>,
  top: number,
  unknown?: UnknownVerdict,
): Prediction {
  const scored = labels.map((label, index) => ({ label, probability: probabilities[index] ?? 0 }));
  const shown =
    thresholds && new Set(scored.filter(({ probability }, index) => probability >= (thresholds[index] ?? 0)));
  scored.sort((a, b) => b.probability - a.probability);
  const [best] = scored;
  return {
    path,
    label: best?.label ?? null,
    probability: best?.probability ?? null,
    top: scored.slice(0, top),
    ...(shown && { labels: scored.filter((one) => shown.has(one)) }),
    ...(unknown === undefined ? {} : { unknown }),
  };
}

/** Reads what a model gives for one photo: `probabilities` `[1, labels]`, and `unknown` `[1]` where it has that score. */
export function predictionOf(
  path: string,
  { probabilities, unknown: score }: Readonly<Record<string, Tensor>>,
  metadata: Pick<ModelMetadata, 'labels' | 'thresholds' | 'unknown'>,
  top: number,
): Prediction {
  const verdict = judge(score?.data[0], metadata.unknown);
  return rankedPrediction(path, probabilities?.data as Float32Array, metadata, top, verdict);
}

/** Tells why a photo could not be read. */
export function failedPrediction(path: string, { code, message, hint }: RegraftError): Prediction {
  // As in a scan, the remedy of a format belongs to the reason.
  const reason = code === 'FORMAT_UNSUPPORTED' && hint !== undefined ? `${message} ${hint}` : message;
  return { path, label: null, probability: null, top: [], error: { code, reason } };
}

function judge(
  output: number | bigint | undefined,
  settings: ModelMetadata['unknown'],
): UnknownVerdict | undefined {
  if (settings === null || output === undefined) return undefined;
  const score = Number(output);
  return { score, isUnknown: score > settings.threshold };
}
