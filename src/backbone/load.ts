import type { Backbone } from './backbone.ts';
import { adaptNetwork } from './adapt-network.ts';
import { openNetwork, type OpenNetworkOptions } from './open-network.ts';
import { parsePreprocessOptions, type PreprocessOptions } from './preprocess-options.ts';

/** Options of {@link loadBackbone}. */
export interface LoadBackboneOptions extends Omit<OpenNetworkOptions, 'size'>, PreprocessOptions {
  /** Names of taps that the network must have: found ones, or tensors that become taps. */
  readonly taps?: readonly string[] | undefined;
}

/**
 * Loads a network that gives features of photos: one of the catalogue by its id, or any other by its source or path. It is fetched
 * on first use.
 *
 * @throws RegraftError `BACKBONE_UNKNOWN`, `PREPROCESS_UNKNOWN`, and what fetching and importing throw.
 */
export async function loadBackbone(spec: string, options: LoadBackboneOptions): Promise<Backbone> {
  const { width, height } = parsePreprocessOptions(pickPreprocess(options));
  const size = width === undefined || height === undefined ? undefined : { width, height };
  const network = await openNetwork(spec, { ...options, size });
  return adaptNetwork(network, pickPreprocess(options), options.taps);
}

/** The preprocessing among other options. */
export function pickPreprocess({ inputSize, scaling, resize, kernel }: PreprocessOptions): PreprocessOptions {
  return { inputSize, scaling, resize, kernel };
}
