import { RegraftError } from '../errors.ts';
import { openFixedBatch } from '../import/onnx/open-fixed-batch.ts';
import { attachPixels } from '../onnx/attach-pixels.ts';
import type { Model } from '../onnx/graph.ts';
import { inferShapes } from '../onnx/infer-shapes.ts';
import { simplify } from '../onnx/simplify.ts';
import type { PhotoFit, PixelScaling } from '../shared/preprocess.ts';
import { attachTaps } from './taps/attach-taps.ts';
import type { Backbone } from './backbone.ts';
import type { CatalogueEntry } from './catalogue-entry.ts';
import { findTaps, type NetworkTaps } from './taps/find-taps.ts';
import type { OpenedNetwork } from './open-network.ts';
import { parsePreprocessOptions, type PreprocessOptions } from './preprocess/preprocess-options.ts';
import { resolvePreprocess } from './preprocess/resolve-preprocess.ts';
import { tapFor } from './taps/tap-for.ts';
import type { TapSource } from './taps/tap-source.ts';
import { variantOf } from './variant.ts';

/** A network that takes photos: its one input is `image`, uint8 RGB `[N, height, width, 3]`. */
export interface PhotoNetwork {
  readonly model: Model;
  readonly fit: PhotoFit;
  readonly scaling: PixelScaling | undefined;
  /** From the image to the end; the last is the pooled feature. */
  readonly taps: readonly TapSource[];
  /** The scores of its own classes before softmax, where it has some. */
  readonly logits?: NetworkTaps['logits'];
}

/**
 * Fits an opened network to photos: its graph is simplified, takes pixels, and its taps are found.
 *
 * @throws RegraftError `PREPROCESS_UNKNOWN`, `INVALID_OPTION`, `BACKBONE_INVALID`.
 */
export function fitNetwork(network: OpenedNetwork, options: PreprocessOptions): PhotoNetwork {
  const { id, imported, beside, entry } = network;
  const { layout, preprocess } = imported;
  const [input] = imported.model.graph.inputs;
  const [height, width] = (layout === 'NCHW' ? input?.dims.slice(2) : input?.dims.slice(1, 3)) ?? [];
  const { fit, scaling } = resolvePreprocess(
    [parsePreprocessOptions(options), entry?.preprocess ?? {}, preprocess, beside],
    { width: numberOf(width), height: numberOf(height), needsScaling: input?.type !== 'uint8' },
    id,
  );
  // With folded constants more networks of a fixed batch can be opened.
  const isFixed = typeof input?.dims[0] === 'number';
  const open = isFixed ? openFixedBatch(simplify(imported.model), id) : imported.model;
  // Its size is known now, so that arithmetic on shapes can be folded.
  const model = simplify(attachPixels(open, layout, scaling, fit));
  const { taps, logits } = findTaps(model, inferShapes(model));
  // Where the user lets it end earlier, listed ones behind that are gone, and those that are left are found.
  const made = new Set(model.graph.nodes.flatMap(({ outputs }) => outputs));
  const listed = entry?.taps ?? imported.taps;
  const hasListed = listed?.every(({ tensor }) => made.has(tensor)) === true;
  return {
    model,
    fit,
    scaling,
    taps: hasListed ? listed : taps,
    ...(logits === undefined ? {} : { logits }),
  };
}

function numberOf(dim: number | string | undefined): number | undefined {
  return typeof dim === 'number' ? dim : undefined;
}

/**
 * Makes a backbone of an opened network.
 *
 * @param extraTaps - Names of tensors, or of taps that were found, to be taps as well; names of found ones change nothing.
 * @throws RegraftError `PREPROCESS_UNKNOWN`, `INVALID_OPTION` for a tensor that is not there, `BACKBONE_INVALID` when no tap is found.
 */
export function adaptNetwork(
  network: OpenedNetwork,
  options: PreprocessOptions,
  extraTaps: readonly string[] = [],
): Backbone {
  const { model, fit, scaling, taps } = fitNetwork(network, options);
  const extra = extraTaps.filter((name) => !taps.some((tap) => tap.name === name));
  const shapes = extra.length === 0 ? undefined : inferShapes(model);
  const foundNames = taps.map(({ name }) => name);
  const added = shapes === undefined ? [] : extra.map((name) => tapFor(name, model, shapes, foundNames));
  // The last tap stays the default.
  const all = [...added, ...taps];
  if (all.length === 0) throw noTaps(network.id);
  const { id, sha256, imported, entry } = network;
  return {
    id,
    sha256,
    form: imported.form,
    preprocess: fit,
    scaling,
    variant: listedVariant(entry, fit, scaling, all) ?? variantOf(fit, scaling, all),
    taps: all.map(({ name, size }) => ({ name, size })),
    model: attachTaps(model, all),
  };
}

/** The catalogue's own name for a variant, when fit and taps are those that it lists. */
function listedVariant(
  entry: CatalogueEntry | undefined,
  fit: PhotoFit,
  scaling: PixelScaling | undefined,
  taps: readonly TapSource[],
): string | undefined {
  if (entry?.variant === undefined || entry.taps === undefined) return undefined;
  const listed = variantOf({ ...fit, ...entry.preprocess }, entry.preprocess.scaling, entry.taps);
  return variantOf(fit, scaling, taps) === listed ? entry.variant : undefined;
}

function noTaps(id: string): RegraftError {
  return new RegraftError('BACKBONE_INVALID', `No layer of ${id} was found that gives features of a photo.`, {
    hint: 'Name a tensor of the network with --taps; `regraft inspect` lists them.',
  });
}
