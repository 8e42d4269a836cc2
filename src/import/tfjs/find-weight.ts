import { RegraftError } from '../../errors.ts';
import { floats } from '../../onnx/build.ts';
import type { Tensor } from '../../onnx/graph.ts';
import { decodeWeight } from './decode-weight.ts';
import type { StoredWeight } from './read-weights.ts';

/** The weights of a file and which layer took each. */
export interface WeightIndex {
  readonly source: string;
  readonly stored: ReadonlyMap<string, StoredWeight>;
  /** Names without the `:0` that Keras may leave, by their last two parts: `conv1/kernel`. */
  readonly byEnding: ReadonlyMap<string, readonly string[]>;
  readonly owners: Map<string, string>;
}

/** Prepares weights for {@link findWeight}. */
export function indexWeights(stored: ReadonlyMap<string, StoredWeight>, source: string): WeightIndex {
  const byEnding = new Map<string, string[]>();
  for (const name of stored.keys()) {
    const parts = partsOf(name);
    const endings = [parts.slice(-2).join('/')];
    // TensorFlow 2.2 put the name of a cell between layer and weight.
    if (parts.length > 2) endings.push(`${parts.at(-3) ?? ''}/${parts.at(-1) ?? ''}`);
    for (const ending of endings) {
      const names = byEnding.get(ending);
      if (names === undefined) byEnding.set(ending, [name]);
      else names.push(name);
    }
  }
  return { source, stored, byEnding, owners: new Map() };
}

/**
 * Finds a weight of a layer: TensorFlow.js names it `layer/weight`, Keras may put the names of the networks that hold the layer before it.
 * The name that holds most of the layer's path counts.
 *
 * @param path - The networks that hold the layer, outermost first, and the layer.
 * @returns A float32 tensor, undefined when there is none.
 * @throws RegraftError `BACKBONE_INVALID` when two layers would share a weight by accident of their names.
 */
export function findWeight(
  index: WeightIndex,
  path: readonly string[],
  weights: readonly string[],
): Tensor | undefined {
  for (const weight of weights) {
    const candidates = index.byEnding.get(`${path.at(-1) ?? ''}/${weight}`) ?? [];
    const [best, second] = candidates
      .map((name) => ({ name, fit: commonEnding(partsOf(name).slice(0, -1), path) }))
      .sort((a, b) => b.fit - a.fit);
    if (best === undefined) continue;
    const layer = path.join('/');
    const owner = index.owners.get(best.name) ?? layer;
    if (owner !== layer || second?.fit === best.fit) {
      throw new RegraftError(
        'BACKBONE_INVALID',
        `Expected one weight ${layer}/${weight} in field weightsManifest of ${index.source}, but found ${owner === layer ? `${best.name} and ${second?.name ?? ''}` : `only ${best.name}, which ${owner} has`}.`,
        { hint: 'Give the layers of the network names of their own and convert it again.' },
      );
    }
    index.owners.set(best.name, layer);
    const { spec, bytes } = index.stored.get(best.name) as StoredWeight;
    return floats(spec.shape, decodeWeight(spec, bytes));
  }
  return undefined;
}

function partsOf(name: string): readonly string[] {
  return name.replace(/:\d+$/, '').split('/');
}

function commonEnding(parts: readonly string[], path: readonly string[]): number {
  let count = 0;
  while (count < parts.length && parts.at(-1 - count) === path.at(-1 - count)) count++;
  return count;
}
