import { RegraftError } from '../../errors.ts';
import type { Draft, Value } from '../layers/draft.ts';
import type { WeightIndex } from './find-weight.ts';
import { type LayerConfig, type NetworkConfig, networkClasses, readNestedNetwork } from './layer-config.ts';
import { isIdentity, layerImporters } from './layer-importers.ts';
import { type LayerReference, planCalls, planOutputs } from './plan-calls.ts';
import { type LayerCall, unsupportedCall } from './layer-call.ts';
import type { Dialect } from './read-model-json.ts';

/** What writing a network needs and keeps count of. */
export interface NetworkRun {
  readonly draft: Draft;
  readonly weights: WeightIndex;
  readonly dialect: Dialect;
  /** How often each layer was called, by its path. */
  readonly calls: Map<string, number>;
  /** Told of each layer that was written. */
  readonly onCall: (call: LayerCall) => void;
}

/** More than real networks have: a damaged file can make a small one call its parts without end. */
const mostCalls = { all: 20_000, layer: 16 };

/**
 * Writes a network and, in its place, every network inside it.
 *
 * @param path - The names of the networks that hold it, outermost first; empty for the outermost itself.
 * @returns Its outputs, in its order.
 * @throws RegraftError `OPERATOR_UNSUPPORTED` naming the layer and its class, `BACKBONE_INVALID` naming the field.
 */
export function runNetwork(
  run: NetworkRun,
  network: NetworkConfig,
  path: readonly string[],
  inputs: readonly Value[],
): readonly Value[] {
  if (network.class_name === 'Sequential') {
    return network.config.layers.reduce((values, layer) => callLayer(run, layer, path, values), inputs);
  }
  const where = `${path.length === 0 ? 'the network' : `layer ${path.join('/')}`} of ${run.draft.source}`;
  const results = new Map<string, readonly Value[]>();
  const take = ({ key, tensor, layer }: LayerReference): Value => {
    const value = results.get(key)?.[tensor];
    if (value !== undefined) return value;
    throw invalid(
      `Expected a result ${tensor} of layer ${layer} in field inbound_nodes in ${where}, but found none.`,
    );
  };
  for (const { key, layer, from, input } of planCalls(network, where)) {
    const values = input === undefined ? from.map(take) : inputs.slice(input, input + 1);
    results.set(key, callLayer(run, layer, path, values));
  }
  return planOutputs(network, where).map(take);
}

function callLayer(
  run: NetworkRun,
  layer: LayerConfig,
  outer: readonly string[],
  inputs: readonly Value[],
): readonly Value[] {
  const path = [...outer, layer.name];
  const { draft, weights, dialect } = run;
  if (networkClasses.has(layer.className)) {
    count(run, path);
    return runNetwork(run, readNestedNetwork(layer, path, draft.source), path, inputs);
  }
  const [input] = inputs;
  if (isIdentity(layer.className) && input !== undefined && inputs.length === 1) return [input];
  const calls = count(run, path);
  const call = { draft, weights, dialect, layer, path, inputs, name: nameOf(draft, path, calls) };
  if (layer.config.data_format === 'channels_first') throw unsupportedCall(call, 'channels first');
  const importer = layerImporters.get(layer.className);
  if (importer === undefined) {
    throw new RegraftError(
      'OPERATOR_UNSUPPORTED',
      `${layer.className} (layer ${path.join('/')}) in ${draft.source} cannot be imported.`,
      { hint: `Layers that can: ${[...layerImporters.keys()].join(', ')}.` },
    );
  }
  const result = importer(call);
  run.onCall(call);
  return [result];
}

function count({ calls, draft }: NetworkRun, path: readonly string[]): number {
  const key = path.join('/');
  const number = (calls.get(key) ?? 0) + 1;
  calls.set(key, number);
  if (number > mostCalls.layer || calls.size > mostCalls.all) {
    const limit =
      number > mostCalls.layer ? `${mostCalls.layer} calls of a layer` : `${mostCalls.all} layers`;
    throw invalid(
      `Expected at most ${limit} in ${draft.source}, but found more in field inbound_nodes of layer ${key}.`,
    );
  }
  return number;
}

/** The layer's own name where it is free, so that taps are called as the user knows them. */
function nameOf(draft: Draft, path: readonly string[], call: number): string {
  const own = path.at(-1) ?? '';
  if (call === 1 && !draft.taken.has(own)) return own;
  const whole = path.join('/');
  return call === 1 ? whole : `${whole}#call${call}`;
}

function invalid(message: string): RegraftError {
  return new RegraftError('BACKBONE_INVALID', message, {
    hint: 'The file may be damaged: fetch or convert it again.',
  });
}
