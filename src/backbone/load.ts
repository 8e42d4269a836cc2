import { adaptNetwork } from './adapt-network.ts';
import type { Backbone } from './backbone.ts';
import { type NetworkOptions, pickPreprocess } from './network-options.ts';
import { type OpenedNetwork, openNetwork } from './open-network.ts';
import { parsePreprocessOptions } from './preprocess/preprocess-options.ts';
import type { WeightsOptions } from './source/weights.ts';

/** Options of {@link loadBackbone}. */
export interface LoadBackboneOptions extends WeightsOptions, Omit<NetworkOptions, 'backbone'> {}

/**
 * Loads a network that gives features of photos: one of the catalogue by its id, or any other by its source or path. It is fetched
 * on first use.
 *
 * @throws RegraftError `BACKBONE_UNKNOWN`, `PREPROCESS_UNKNOWN`, and what fetching and importing throw.
 */
export async function loadBackbone(spec: string, options: LoadBackboneOptions): Promise<Backbone> {
  return adaptNetwork(await loadNetwork(spec, options), pickPreprocess(options), options.taps);
}

/**
 * Loads a network as its file has it, with its own classes.
 *
 * @throws RegraftError As {@link loadBackbone} does.
 */
export function loadNetwork(spec: string, options: LoadBackboneOptions): Promise<OpenedNetwork> {
  const { networkOutput, ...rest } = options;
  const said = parsePreprocessOptions(pickPreprocess(options));
  const { width, height } = said;
  const size = width === undefined || height === undefined ? undefined : { width, height };
  return openNetwork(spec, { ...rest, size, said, output: networkOutput });
}
