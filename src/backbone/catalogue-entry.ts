import type { KnownPreprocess } from '../shared/preprocess.ts';
import type { TapSource } from './taps/tap-source.ts';
import type { RemoteSource } from './weights-source.ts';

/** The file of a network's weights. */
export interface WeightsFile {
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  readonly bytes: number;
  readonly extension: string;
}

/** A network that Regraft knows by name, and where its weights come from. */
export interface CatalogueEntry {
  readonly id: string;
  readonly title: string;
  readonly file: WeightsFile;
  /** Mirrors, in the order in which they are tried; whatever the mirror, the bytes must have the file's SHA-256. */
  readonly sources: readonly RemoteSource[];
  /** SPDX identifier of the weights' licence. */
  readonly licence: string;
  /** Who trained it on what. */
  readonly origin: string;
  /** Side of its square input, px. */
  readonly inputSize: number;
  /** Length of its bottleneck. */
  readonly featureSize: number;
  /** How photos are prepared for it, as far as its file does not say so. */
  readonly preprocess: KnownPreprocess;
  /** Its taps, where they have names of their own. @default those that are found */
  readonly taps?: readonly TapSource[];
  /** The index of its most probable class for the drawn picture of the self-test. */
  readonly drawnTop?: number;
  /** The name of its features' place in the store. @default made of its preprocessing and taps */
  readonly variant?: string;
}
