import { z } from 'zod';
import { fitNetwork } from './backbone/adapt-network.ts';
import { loadNetwork } from './backbone/load.ts';
import {
  checkNetworkOptions,
  type NetworkOptions,
  openOptions,
  pickPreprocess,
} from './backbone/network-options.ts';
import type { OpenedNetwork } from './backbone/open-network.ts';
import type { PreprocessOptions } from './backbone/preprocess/preprocess-options.ts';
import { RegraftError } from './errors.ts';
import { regraftHome } from './home.ts';
import { inferShapes } from './onnx/infer-shapes.ts';
import { measureGraph } from './onnx/measure.ts';
import type { NumericForm } from './onnx/numeric-form.ts';
import { commonOptions, parseOptions } from './options.ts';
import type { OnProgress } from './shared/progress.ts';
import type { PhotoFit, PixelScaling } from './shared/preprocess.ts';

/** Options of {@link inspectNetwork}. */
export interface InspectNetworkOptions extends Omit<NetworkOptions, 'backbone' | 'taps'> {
  readonly home?: string | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What a pretrained network is made of. */
export interface NetworkDescription {
  readonly id: string;
  /** The format of its file. */
  readonly format: string;
  readonly form: NumericForm;
  readonly sha256: string;
  readonly bytes: number;
  /** How a photo is fitted to it. */
  readonly fit: PhotoFit;
  /** How pixels become its numbers: `known`, or `inside` when it takes them as they are, or `unknown`. */
  readonly scaling: PixelScaling | 'inside' | 'unknown';
  /** Learned numbers. */
  readonly parameters: number;
  /** Of one photo, in convolutions and products of matrices. */
  readonly multiplyAdds: number;
  /** How many nodes there are of each operator, the most frequent first. */
  readonly operators: readonly { readonly op: string; readonly count: number }[];
  /** The number of its own classes, null where it has none. */
  readonly classes: number | null;
  /** Names of its own classes, null where its file holds none. */
  readonly labels: readonly string[] | null;
  /** From the image to the end; the last is the default. */
  readonly taps: readonly {
    readonly name: string;
    readonly size: number;
    readonly tensor: string;
    readonly dims: readonly (number | string)[];
  }[];
}

const { home, onProgress, signal } = commonOptions;
const inspectOptions = z.strictObject({ ...openOptions, home, onProgress, signal });

/**
 * Looks into a pretrained network: one of the catalogue, or any other by its source or path. Needs no scaling: where nobody says how pixels
 * are scaled, that is what it says.
 *
 * @throws RegraftError As `train` does while it loads the network.
 */
export async function inspectNetwork(
  network: string,
  options: InspectNetworkOptions = {},
): Promise<NetworkDescription> {
  const settings = parseOptions(inspectOptions, options, 'inspectNetwork');
  checkNetworkOptions({ ...settings, backbone: network });
  const opened = await loadNetwork(network, { ...settings, home: settings.home ?? regraftHome() });
  const { model, fit, scaling, isKnown, taps, logits } = fitForLooking(opened, pickPreprocess(settings));
  const shapes = inferShapes(model);
  const { operators, parameters, multiplyAdds } = measureGraph(model, shapes);
  return {
    id: opened.id,
    format: opened.format,
    form: opened.imported.form,
    sha256: opened.sha256,
    bytes: opened.bytes,
    fit,
    scaling: isKnown ? (scaling ?? 'inside') : 'unknown',
    parameters,
    multiplyAdds,
    operators: [...operators].map(([op, count]) => ({ op, count })),
    classes: logits?.classes ?? null,
    labels: opened.imported.labels ?? null,
    taps: taps.map(({ name, size, tensor }) => ({
      name,
      size,
      tensor,
      dims: shapes.get(tensor)?.dims ?? [],
    })),
  };
}

/** Fits a network with any scaling where none is known: shapes do not depend on it. */
function fitForLooking(
  opened: OpenedNetwork,
  options: PreprocessOptions,
): ReturnType<typeof fitNetwork> & { readonly isKnown: boolean } {
  try {
    return { ...fitNetwork(opened, options), isKnown: true };
  } catch (error) {
    if (!(error instanceof RegraftError) || error.code !== 'PREPROCESS_UNKNOWN') throw error;
    return { ...fitNetwork(opened, { ...options, scaling: 'pixels' }), isKnown: false };
  }
}
