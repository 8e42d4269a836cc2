import { z } from 'zod';
import { RegraftError } from '../../errors.ts';
import { type LayerConfig, type NetworkConfig, networkClasses, readNestedNetwork } from './layer-config.ts';
import { planInputs } from './plan-calls.ts';

const picture = z.tuple([z.unknown(), z.int().positive(), z.int().positive(), z.literal(3)]);

/** The image input of a network. */
export interface InputDescription {
  readonly name: string;
  /** `[height, width, 3]`. */
  readonly shape: readonly [number, number, number];
}

/**
 * Finds the input of a network: its input layer, or the shape that its first layer says.
 *
 * @throws RegraftError `BACKBONE_INVALID` when it is not one picture of a fixed size with three channels.
 */
export function describeInput(network: NetworkConfig, source: string): InputDescription {
  const { name, shape } = findInput(network, [], source);
  const parsed = picture.safeParse(shape);
  if (parsed.success) {
    const [, ...size] = parsed.data;
    return { name, shape: size };
  }
  throw new RegraftError(
    'BACKBONE_INVALID',
    `Expected one image input [null, height, width, 3] of a fixed size in field batch_input_shape of layer ${name} of ${source}, but found ${JSON.stringify(shape ?? null).slice(0, 100)}.`,
    {
      hint: 'Convert the network again with a fixed input size and three channels (in Keras input_shape=(224, 224, 3)).',
    },
  );
}

function findInput(
  network: NetworkConfig,
  path: readonly string[],
  source: string,
): { name: string; shape: unknown } {
  if (network.class_name !== 'Sequential') return inputOfFunctional(network, source);
  const { config } = network;
  const [first] = config.layers as [LayerConfig, ...LayerConfig[]];
  const inner = [...path, first.name];
  if (networkClasses.has(first.className)) {
    return findInput(readNestedNetwork(first, inner, source), inner, source);
  }
  const name = first.className === 'InputLayer' ? first.name : `${first.name}_input`;
  return { name, shape: shapeOf(first) ?? config.build_input_shape };
}

function inputOfFunctional(network: NetworkConfig, source: string): { name: string; shape: unknown } {
  const inputs = planInputs(network, `the network of ${source}`);
  const [input] = inputs;
  if (input !== undefined && inputs.length === 1) return { name: input.name, shape: shapeOf(input) };
  throw new RegraftError(
    'BACKBONE_INVALID',
    `Expected one input in field input_layers of ${source}, but found ${inputs
      .map(({ name }) => name)
      .join(', ')
      .slice(0, 200)}.`,
  );
}

/** Keras 3 says batch_shape. */
function shapeOf({ config }: LayerConfig): unknown {
  return config.batch_input_shape ?? config.batch_shape;
}
