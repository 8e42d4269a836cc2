import type { TfjsFiles } from '../import-tfjs.ts';

/** A layer of a network that a test makes up: its class and settings; the name is one of them. */
export type LayerDraft = readonly [
  className: string,
  config: Readonly<Record<string, unknown>>,
  inbound?: unknown,
];

/** The weights of a network that a test makes up: shapes by name; all numbers are 0.5. */
export type WeightDrafts = Readonly<Record<string, readonly number[]>>;

/** A network of layers in a row, as TensorFlow.js describes it. */
export function describeSequential(name: string, layers: readonly LayerDraft[]): object {
  return { class_name: 'Sequential', config: { name, layers: layers.map(describeLayer) } };
}

/** A network of layers that name what they read, as Keras 2 describes it. */
export function describeFunctional(
  name: string,
  layers: readonly LayerDraft[],
  inputs: unknown,
  outputs: unknown,
): object {
  return {
    class_name: 'Functional',
    config: { name, layers: layers.map(describeLayer), input_layers: inputs, output_layers: outputs },
  };
}

/** A network with its weights in one file, weights.bin, as TensorFlow.js saves it. */
export function buildTfjs(
  network: object,
  weights: WeightDrafts = {},
  kerasVersion = 'tfjs-layers 4.22.0',
): TfjsFiles {
  const specs = Object.entries(weights).map(([name, shape]) => ({ name, shape, dtype: 'float32' }));
  const counts = specs.map(({ shape }) => shape.reduce((product, dim) => product * dim, 1));
  const values = new Float32Array(counts.reduce((sum, count) => sum + count, 0)).fill(0.5);
  const bytes = new Uint8Array(values.buffer);
  return {
    json: JSON.stringify({
      format: 'layers-model',
      modelTopology: { ...network, keras_version: kerasVersion },
      weightsManifest: specs.length === 0 ? [] : [{ paths: ['weights.bin'], weights: specs }],
    }),
    read: () => bytes,
  };
}

function describeLayer([className, config, inbound]: LayerDraft): object {
  return {
    class_name: className,
    name: config.name,
    config,
    ...(inbound !== undefined && { inbound_nodes: inbound }),
  };
}
