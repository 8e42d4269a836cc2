import type { Backbone, Tap } from '../../backbone/backbone.ts';
import { RegraftError } from '../../errors.ts';
import { pixelsInput } from '../../onnx/attach-pixels.ts';
import { batchOf } from '../../onnx/batch-of.ts';
import type { Model } from '../../onnx/graph.ts';
import { inferShapes } from '../../onnx/infer-shapes.ts';
import { dequantise } from '../../onnx/passes/dequantise.ts';
import { removeClips } from '../../onnx/passes/remove-clips.ts';
import { simplify } from '../../onnx/simplify.ts';
import { type Block, findBlocks } from './find-blocks.ts';
import { chooseBlock, type FineTune } from './choose-block.ts';
import { findParameters } from './find-parameters.ts';
import { type Activation, splitGraph } from './split-graph.ts';
import { tapTensor } from './tap-tensor.ts';

/** A network in two parts: the first stays as it is, the second is trained. */
export interface CutNetwork {
  /** The block behind which it is cut; `all` where it is cut at the image. */
  readonly name: string;
  readonly activation: Activation;
  /** From `image`, uint8 `[N, height, width, 3]`, to the activation, and to each tap at or below the cut, float32 `[N, size]`, in the form of the network. */
  readonly frozen: Model;
  /** From the activation to each tap above the cut, float32 `[N, size]`; it computes in floating point throughout. */
  readonly upper: Model;
  /** The taps at or below the cut, and those above it, each in the network's order. */
  readonly taps: { readonly frozen: readonly Tap[]; readonly upper: readonly Tap[] };
  /** The blocks that are trained, from first to last. */
  readonly blocks: readonly string[];
  /** Names of the initializers of `upper` that can be trained, float32. */
  readonly parameters: readonly string[];
  /** Those of them that multiply what they read, and that weight decay is for. */
  readonly decayed: readonly string[];
}

/**
 * Cuts a network behind a block, so that what lies behind it can be trained on activations that were computed once. Where the network is quantised, the frozen part stays
 * as it is, and the trained one computes with the real numbers that its levels stand for, each activation kept to the range of its levels.
 *
 * @param fineTune - A block's name, a number of blocks from the end, or `all`, which cuts at the image.
 * @throws RegraftError `INVALID_OPTION` for a block that is not there or that paths go around, and for a network that takes one photo at a time;
 * `OPERATOR_UNSUPPORTED` for a quantised operator that has no like in floating point.
 */
export function cutNetwork(backbone: Backbone, fineTune: FineTune): CutNetwork {
  const { id, model, taps } = backbone;
  if (batchOf(model) === 1) throw oneAtATime(id);
  const shapes = inferShapes(model);
  const isNeck = (tensor: string): boolean => splitGraph(model, tensor, shapes) !== undefined;
  const blocks = findBlocks(model, taps, isNeck);
  const named = taps.find(({ name }) => name === fineTune && !blocks.some((block) => block.name === name));
  if (named !== undefined && !isNeck(tapTensor(model.graph, named.name))) {
    throw goneAround(named.name, blocks, id);
  }
  const block = chooseBlock(fineTune, blocks, id);
  const split = splitGraph(model, block?.tensor ?? pixelsInput, shapes);
  if (split === undefined) throw new Error(`Expected ${id} to have a path from its image`);
  const upper = simplify(removeClips(simplify(dequantise(split.upper))));
  const made = new Set(split.upper.graph.outputs.map(({ name }) => name));
  return {
    name: block?.name ?? 'all',
    activation: split.activation,
    frozen: split.frozen,
    upper,
    taps: {
      frozen: taps.filter(({ name }) => !made.has(name)),
      upper: taps.filter(({ name }) => made.has(name)),
    },
    blocks: blocks.slice(block === undefined ? 0 : blocks.indexOf(block) + 1).map(({ name }) => name),
    ...findParameters(upper),
  };
}

function oneAtATime(id: string): RegraftError {
  return new RegraftError(
    'INVALID_OPTION',
    `Expected a network for any number of photos for fineTune but found that ${id} takes one photo at a time.`,
    { hint: 'Export it with an open batch (a dynamic first axis), or take another network.' },
  );
}

function goneAround(tap: string, blocks: readonly Block[], id: string): RegraftError {
  const listed =
    blocks.length < 2 ? '' : ` Its blocks, from first to last: ${blocks.map(({ name }) => name).join(', ')}.`;
  return new RegraftError(
    'INVALID_OPTION',
    `Expected a block that everything behind it depends on for fineTune but found a path of ${id} that goes around "${tap}".`,
    { hint: `Give another block, or "all" to train the whole network.${listed}` },
  );
}
