import type { ImportedNetwork } from '../../import/imported-network.ts';
import type { KnownPreprocess } from '../../shared/preprocess.ts';
import { readPreprocessConfig } from './read-preprocess.ts';

type Read = (path: string, from: 'beside' | 'root') => Promise<Uint8Array | undefined>;

/** Where files that say how photos are prepared lie: beside the network, or at the top of its repository or package. */
const places = [
  ['preprocessor_config.json', 'beside'],
  ['config.json', 'beside'],
  ['preprocessor_config.json', 'root'],
  ['config.json', 'root'],
] as const;

/**
 * Looks for what a file beside a network says about its photos; nothing is looked for when the network's own file says how pixels are scaled.
 *
 * @throws RegraftError `BACKBONE_INVALID` when such a file is damaged or cannot be honoured, and what `read` throws.
 */
export async function findPreprocess(
  { model, preprocess }: ImportedNetwork,
  read: Read,
): Promise<KnownPreprocess> {
  const takesPixels = model.graph.inputs[0]?.type === 'uint8';
  if (takesPixels || preprocess.scaling !== undefined) return {};
  for (const [name, from] of places) {
    const bytes = await read(name, from);
    const text = bytes === undefined ? '' : new TextDecoder().decode(bytes);
    // transformers' config.json describes the network, not its photos.
    const tells = name !== 'config.json' || /"(pretrained_cfg|input_size|interpolation)"/.test(text);
    if (text !== '' && tells) return readPreprocessConfig(text, name);
  }
  return {};
}
