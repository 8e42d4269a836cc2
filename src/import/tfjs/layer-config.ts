import { z } from 'zod';
import { RegraftError } from '../../errors.ts';
import { readFields } from './read-fields.ts';

const layer = z
  .looseObject({
    class_name: z.string().min(1),
    name: z.string().min(1).nullish(),
    config: z.looseObject({ name: z.string().min(1).nullish() }),
    inbound_nodes: z.array(z.unknown()).nullish(),
  })
  .transform(({ class_name: className, name, config, inbound_nodes: inbound }) => ({
    className,
    name: name ?? config.name ?? '',
    config: config,
    inbound: inbound ?? [],
  }))
  .refine(({ name }) => name !== '', { error: 'a name', path: ['name'] });

// The oldest Sequential is a bare list of layers.
const body = z.preprocess(
  (config) => (Array.isArray(config) ? { layers: config as unknown[] } : config),
  z.looseObject({
    layers: z.array(layer).min(1, { error: 'a layer' }),
    input_layers: z.unknown().optional(),
    output_layers: z.unknown().optional(),
    build_input_shape: z.unknown().optional(),
  }),
);

/** Classes of layers that are networks themselves. */
export const networkClasses: ReadonlySet<string> = new Set(['Sequential', 'Model', 'Functional']);

/** A network, or a network inside another one. */
export const networkSchema = z.looseObject({
  class_name: z.enum(['Sequential', 'Model', 'Functional'], {
    error: 'the class of a network (Sequential, Functional or Model)',
  }),
  config: body,
});

/** A layer of a network as its file describes it. */
export type LayerConfig = z.infer<typeof layer>;

/** A network as its file describes it. */
export type NetworkConfig = z.infer<typeof networkSchema>;

/**
 * Reads a layer that is a network itself.
 *
 * @throws RegraftError `BACKBONE_INVALID` when it is damaged, or lies in more networks than real ones do.
 */
export function readNestedNetwork(
  layer: LayerConfig,
  path: readonly string[],
  source: string,
): NetworkConfig {
  const where = `layer ${path.join('/').slice(0, 200)} of ${source}`;
  if (path.length > 16) {
    throw new RegraftError(
      'BACKBONE_INVALID',
      `Expected at most 16 networks inside each other in ${source}, but found more in field layers of ${where}.`,
    );
  }
  return readFields(networkSchema, { class_name: layer.className, config: layer.config }, where);
}
