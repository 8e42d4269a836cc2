import { z, type ZodType } from 'zod';
import { RegraftError } from '../../errors.ts';
import type { Tensor } from '../../onnx/graph.ts';
import type { Draft, Value } from '../layers/draft.ts';
import { unsupportedLayer } from '../layers/unsupported.ts';
import { findWeight, type WeightIndex } from './find-weight.ts';
import type { LayerConfig } from './layer-config.ts';
import { readFields } from './read-fields.ts';
import type { Dialect } from './read-model-json.ts';

/** A layer that is applied to values. */
export interface LayerCall {
  readonly draft: Draft;
  readonly weights: WeightIndex;
  readonly dialect: Dialect;
  readonly layer: LayerConfig;
  /** The names of the networks that hold the layer, outermost first, and its own. */
  readonly path: readonly string[];
  /** The name of the tensor that the call makes. */
  readonly name: string;
  readonly inputs: readonly Value[];
}

/** Writes a layer and gives its result. */
export type LayerImporter = (call: LayerCall) => Value;

/** Two numbers `[height, width]`, or one for both. */
export const pair = z
  .union([z.int().positive(), z.tuple([z.int().positive(), z.int().positive()])], {
    error: 'one or two whole numbers above 0',
  })
  .transform((value): readonly [number, number] => (typeof value === 'number' ? [value, value] : value));

/** Reads the settings of a layer; @throws RegraftError `BACKBONE_INVALID` naming the field. */
export function settingsOf<T>(call: LayerCall, schema: ZodType<T>): T {
  const { layer, path, draft } = call;
  return readFields(schema, layer.config, `layer ${path.join('/')} (${layer.className}) of ${draft.source}`);
}

/** The value that a layer of one input reads; @throws RegraftError `OPERATOR_UNSUPPORTED` when there are more. */
export function inputOf(call: LayerCall): Value {
  const [input, ...others] = call.inputs;
  if (input === undefined || others.length > 0) throw unsupportedCall(call, `${call.inputs.length} inputs`);
  return input;
}

/**
 * The weights of a layer by name (or by one of its names in other versions).
 *
 * @throws RegraftError `BACKBONE_INVALID` when they are missing or have another shape.
 */
export function weightsOf(call: LayerCall, names: readonly string[], dims: readonly number[]): Tensor {
  const { path, draft, weights } = call;
  const tensor = findWeight(weights, path, names);
  const asked = `${path.join('/')}/${names[0] ?? ''}`;
  if (tensor === undefined || tensor.dims.join() !== dims.join()) {
    throw new RegraftError(
      'BACKBONE_INVALID',
      `Expected a weight ${asked} [${dims.join(', ')}] in field weightsManifest of ${draft.source}, but found ${tensor === undefined ? 'none' : `[${tensor.dims.join(', ')}]`}.`,
      { hint: 'The model.json and its weight files must be of the same network.' },
    );
  }
  return tensor;
}

/** The error for a layer that has something that is not imported. */
export function unsupportedCall({ draft, layer, path }: LayerCall, found: string): RegraftError {
  return unsupportedLayer(draft, `${layer.className} ${path.join('/')}`, found);
}
