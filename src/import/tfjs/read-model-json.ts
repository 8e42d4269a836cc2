import { z } from 'zod';
import { RegraftError } from '../../errors.ts';
import { type NetworkConfig, networkSchema } from './layer-config.ts';
import { readFields } from './read-fields.ts';
import { type WeightGroup, weightGroupSchema } from './weight-manifest.ts';

/** Whose meaning counts where TensorFlow.js, Keras 2 and Keras 3 differ. */
export type Dialect = 'tfjs' | 'keras2' | 'keras3';

/** What a `model.json` of TensorFlow.js says. */
export interface ModelJson {
  readonly network: NetworkConfig;
  readonly manifest: readonly WeightGroup[];
  readonly dialect: Dialect;
}

const file = z.looseObject({
  format: z.string().nullish(),
  modelTopology: z.looseObject({ keras_version: z.string().nullish() }),
  weightsManifest: z.array(weightGroupSchema),
});

/**
 * Reads a `model.json` of the format layers-model.
 *
 * @param source - The file's name, for errors.
 * @throws RegraftError `BACKBONE_INVALID` when it is not such a file, naming the field.
 */
export function readModelJson(text: string, source: string): ModelJson {
  const json = parse(text, source);
  refuseGraphModel(json, source);
  const { modelTopology: topology, weightsManifest: manifest } = readFields(file, json, source);
  // Keras puts the network beside its training settings; TensorFlow.js writes it directly.
  const nested = topology.model_config ?? undefined;
  const [described, where] =
    nested === undefined ? [topology, 'modelTopology'] : [nested, 'modelTopology.model_config'];
  return {
    network: readFields(networkSchema, described, `${where} in ${source}`),
    manifest,
    dialect: dialectOf(topology.keras_version ?? ''),
  };
}

function parse(text: string, source: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new RegraftError(
      'BACKBONE_INVALID',
      `Expected the model.json of a TensorFlow.js network in ${source}, but its ${text.length} characters are no JSON in any field: ${(error as Error).message}.`,
      {
        hint: 'The file may be damaged or may have been fetched as a web page: fetch it again.',
        cause: error,
      },
    );
  }
}

/** The other format of TensorFlow.js holds operators instead of layers. */
function refuseGraphModel(json: unknown, source: string): void {
  if (typeof json !== 'object' || json === null) return;
  const { format, modelTopology } = json as { format?: unknown; modelTopology?: unknown };
  const hasNodes = typeof modelTopology === 'object' && modelTopology !== null && 'node' in modelTopology;
  if (format !== 'graph-model' && !hasNodes) return;
  throw new RegraftError(
    'BACKBONE_INVALID',
    `Expected the format layers-model in field format of ${source}, but found graph-model.`,
    {
      hint: 'Bring the network that it was converted from: its SavedModel or Keras file as ONNX (tf2onnx) or TensorFlow Lite.',
    },
  );
}

function dialectOf(version: string): Dialect {
  if (version.startsWith('tfjs')) return 'tfjs';
  return version.startsWith('3.') ? 'keras3' : 'keras2';
}
