import type { ModelMetadata } from '../model/metadata.ts';
import type { Model } from '../onnx/graph.ts';
import type { OnProgress } from '../shared/progress.ts';

/** A photo that an export learns from or is tested on. */
export interface ExportPhoto {
  /** As the dataset calls it. */
  readonly path: string;
  /** Absolute path. */
  readonly file: string;
  readonly sha256: string;
  /** Indices of the model's labels that the photo shows: one, or with several labels a photo any number. */
  readonly labels: readonly number[];
}

/** What exports of all formats work with. */
export interface ExportContext {
  /** Worker threads, one core each; absent: all cores. */
  readonly workers: number | undefined;
  /** Photos with more pixels are not decoded. */
  readonly maxPixels: number | undefined;
  readonly onProgress: OnProgress | undefined;
  readonly signal: AbortSignal | undefined;
}

/** What a format makes its files of. */
export interface ExportInput extends ExportContext {
  /** What the model is called: the name of its folder, or of its file. */
  readonly name: string;
  readonly model: Model;
  readonly metadata: ModelMetadata;
  /** The bytes of the model file. */
  readonly bytes: Uint8Array;
  /** ONNX operator set that was asked for. */
  readonly opset: number | undefined;
  /** Photos that the model was trained on, none of which it is tested on; in an order that depends on their contents alone. */
  readonly trainingPhotos: readonly ExportPhoto[];
}

/** What the runtime of a format says of photos. */
export interface PhotoScores {
  /** `[photos, classes]` in the order of the photos and the model's labels. */
  readonly probabilities: Float32Array;
  /** Whether each photo could be decoded, `[photos]`; what stands in the rows of others counts for nothing. */
  readonly readable: readonly boolean[];
  /** Scores of the graph's output `unknown`, `[photos]`; null where the model has none. */
  readonly unknown: Float32Array | null;
  /** Median time of the network for one photo on one core, ms, without decoding; null where the runtime cannot tell. */
  readonly msAPhoto: number | null;
}

/** A form that a model can be exported to. A new one is a file, and a line in `formats.ts`; the contract suite runs over all. */
export interface ExportFormat {
  /** As `--to` calls it. */
  readonly name: string;
  /** One line for `--help`, in lower case, without a full stop. */
  readonly describe: string;
  /** What runs the exported files and tests them, for the report: `onnxruntime-node 1.16.3`. */
  runtime(): string;
  /** Whether `make` reads training photos. */
  readonly needsTrainingPhotos: boolean;
  /** Whether `--opset` chooses the operator set. */
  readonly takesOpset: boolean;
  /**
   * Makes the files: path relative to the export's folder, with `/`, to content. `export.json` is written by the caller.
   *
   * @throws RegraftError `INVALID_OPTION` for a model that the format cannot hold, with the reason.
   */
  make(input: ExportInput): Promise<ReadonlyMap<string, Uint8Array>>;
  /**
   * Scores photos by the files in a folder, through the runtime that will run them.
   *
   * @throws RegraftError `RUNTIME_MISSING`, `RUNTIME_FAILED`, `CANCELLED`.
   */
  score(
    folder: string,
    photos: readonly ExportPhoto[],
    context: ExportContext & { readonly metadata: ModelMetadata },
  ): Promise<PhotoScores>;
}
