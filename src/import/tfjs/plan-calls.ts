import { RegraftError } from '../../errors.ts';
import { type LayerConfig, type NetworkConfig, networkClasses } from './layer-config.ts';
import { readReferences } from './read-references.ts';

/** A result of a call: the call's key, and which of its results. */
export interface LayerReference {
  readonly key: string;
  readonly layer: string;
  readonly tensor: number;
}

/** One call of a layer of a Functional network. */
export interface PlannedCall {
  readonly key: string;
  readonly layer: LayerConfig;
  readonly from: readonly LayerReference[];
  /** Which of the network's inputs it stands for; undefined for a layer that computes. */
  readonly input: number | undefined;
}

/**
 * Orders the calls of a Functional network so that each comes after those that it reads; what no output needs is left out.
 *
 * @param where - The network and its file, for errors.
 * @throws RegraftError `BACKBONE_INVALID` for layers that are missing, read themselves, or have equal names.
 */
export function planCalls(network: NetworkConfig, where: string): readonly PlannedCall[] {
  const calls = describeCalls(network, where);
  const planned: PlannedCall[] = [];
  const state = new Map<string, 'open' | 'done'>();
  // A stack instead of recursion: networks are thousands of layers deep.
  const stack = planOutputs(network, where).map(({ key }) => key);
  for (let key = stack.at(-1); key !== undefined; key = stack.at(-1)) {
    const call = calls.get(key);
    if (call === undefined) {
      throw invalid(
        `Expected a layer for the call ${key} in field inbound_nodes of ${where}, but found none.`,
      );
    }
    const missing = call.from.filter((reference) => state.get(reference.key) !== 'done');
    if (state.get(key) === 'done' || missing.length === 0) {
      stack.pop();
      if (state.get(key) !== 'done') planned.push(call);
      state.set(key, 'done');
      continue;
    }
    state.set(key, 'open');
    const circle = missing.find((reference) => state.get(reference.key) === 'open');
    if (circle !== undefined) {
      throw invalid(
        `Expected no circle in field inbound_nodes of ${where}, but found one at layer ${circle.layer}.`,
      );
    }
    for (const reference of missing.reverse()) stack.push(reference.key);
  }
  return planned;
}

/** The results that a Functional network gives, in its order. */
export function planOutputs(network: NetworkConfig, where: string): readonly LayerReference[] {
  const { layers } = network.config;
  const offsets = offsetsOf(network, where);
  const names = new Map(layers.map((layer) => [layer.name, layer]));
  return readReferences(network.config.output_layers, `field output_layers of ${where}`).map((reference) => {
    if (!names.has(reference.layer)) {
      throw invalid(
        `Expected a layer ${reference.layer} in field output_layers of ${where}, but found none.`,
      );
    }
    return { ...reference, key: keyOf(reference, offsets) };
  });
}

/** The inputs of a Functional network, in its order. */
export function planInputs(network: NetworkConfig, where: string): readonly LayerConfig[] {
  return readReferences(network.config.input_layers, `field input_layers of ${where}`).map(({ layer }) => {
    const found = network.config.layers.find(({ name }) => name === layer);
    if (found !== undefined) return found;
    throw invalid(`Expected a layer ${layer} in field input_layers of ${where}, but found none.`);
  });
}

function describeCalls(network: NetworkConfig, where: string): ReadonlyMap<string, PlannedCall> {
  const inputs = planInputs(network, where).map(({ name }) => name);
  const offsets = offsetsOf(network, where);
  const calls = new Map<string, PlannedCall>();
  const names = new Set<string>();
  for (const layer of network.config.layers) {
    if (names.has(layer.name)) {
      throw invalid(
        `Expected names of their own in field layers of ${where}, but found two called ${layer.name}.`,
      );
    }
    names.add(layer.name);
    const input = inputs.indexOf(layer.name);
    if (input >= 0) calls.set(`${layer.name}:0`, { key: `${layer.name}:0`, layer, from: [], input });
    for (const [node, inbound] of (input >= 0 ? [] : layer.inbound).entries()) {
      const from = readReferences(inbound, `field inbound_nodes.${node} of layer ${layer.name} of ${where}`);
      const key = `${layer.name}:${node}`;
      calls.set(key, {
        key,
        layer,
        from: from.map((reference) => ({ ...reference, key: keyOf(reference, offsets) })),
        input: undefined,
      });
    }
  }
  return calls;
}

function keyOf({ layer, node }: { layer: string; node: number }, offsets: ReadonlySet<string>): string {
  return `${layer}:${offsets.has(layer) ? node - 1 : node}`;
}

/**
 * Layers whose calls are counted from 1. Keras counts the building of a network as its first call, which the file leaves out; not every
 * version does, so what the references say decides.
 */
function offsetsOf(network: NetworkConfig, where: string): ReadonlySet<string> {
  const nested = new Set(
    network.config.layers.filter(({ className }) => networkClasses.has(className)).map(({ name }) => name),
  );
  if (nested.size === 0) return nested;
  const references = [
    ...network.config.layers.flatMap(({ inbound }) =>
      inbound.length === 0 ? [] : readReferences(inbound, `field inbound_nodes of ${where}`),
    ),
    ...readReferences(network.config.output_layers, `field output_layers of ${where}`),
  ];
  for (const { layer, node } of references) if (node === 0) nested.delete(layer);
  return nested;
}

function invalid(message: string): RegraftError {
  return new RegraftError('BACKBONE_INVALID', message, {
    hint: 'The file may be damaged: fetch or convert it again.',
  });
}
