import { floatAttribute, intAttribute, isOperator } from '../attributes.ts';
import { floats } from '../build.ts';
import type { GraphNode, Tensor } from '../graph.ts';
import type { GraphEdit } from './graph-edit.ts';

/** What is done to each channel of a tensor: times `scale`, plus `shift`; both of one length. */
export interface ChannelAffine {
  readonly scale: Float64Array;
  readonly shift: Float64Array;
}

/** The number of output channels of a convolution or Gemm with constant weights, undefined for any other node. */
export function linearChannels(node: GraphNode | undefined, edit: GraphEdit): number | undefined {
  if (!isOperator(node, 'Conv', 'ConvTranspose', 'Gemm')) return undefined;
  const weights = floatConstant(node.inputs[1], edit);
  if (weights === undefined) return undefined;
  if (node.op === 'Conv') return weights.dims[0];
  if (node.op === 'Gemm') return weights.dims[intAttribute(node, 'transB', 0) === 0 ? 1 : 0];
  return (weights.dims[1] ?? 0) * intAttribute(node, 'group', 1);
}

/**
 * Puts what a following node does to each channel into the weights and the bias of a convolution or Gemm: its result becomes `output`, and the
 * following node is removed.
 *
 * @returns false when that is not possible, as the weights serve elsewhere too or are not known; then nothing is changed.
 */
export function scaleLinear(
  node: GraphNode,
  { scale, shift }: ChannelAffine,
  following: GraphNode,
  edit: GraphEdit,
): boolean {
  const [input = '', weightsName = '', biasName = ''] = node.inputs;
  const weights = floatConstant(weightsName, edit);
  const bias = biasName === '' ? undefined : floatConstant(biasName, edit);
  const channels = scale.length;
  if (weights === undefined || edit.isReplaced(node) || !edit.isPrivate(weightsName)) return false;
  if (biasName !== '' && !(bias && isPerChannel(bias, channels))) return false;
  if (![...scale, ...shift].every(Number.isFinite)) return false;
  const beta = node.op === 'Gemm' ? floatAttribute(node, 'beta', 1) : 1;
  const newBias = new Float32Array(channels);
  for (let channel = 0; channel < channels; channel++) {
    const old = bias?.data[bias.data.length === 1 ? 0 : channel] ?? 0;
    newBias[channel] = beta * old * (scale[channel] ?? 1) + (shift[channel] ?? 0);
  }
  const scaled = floats(weights.dims, scaleWeights(node, weights, scale));
  const shifted = floats([channels], newBias);
  const inputs = [
    input,
    edit.replaceConstant(weightsName, scaled),
    biasName !== '' && edit.isPrivate(biasName)
      ? edit.replaceConstant(biasName, shifted)
      : edit.addConstant(`${following.outputs[0] ?? ''}/bias`, shifted),
  ];
  const attributes = beta === 1 ? node.attributes : { ...node.attributes, beta: { float: 1 } };
  edit.replace(node, [{ ...node, inputs, outputs: following.outputs.slice(0, 1), attributes }]);
  edit.replace(following, []);
  return true;
}

function isPerChannel({ dims, data }: FloatTensor, channels: number): boolean {
  return data.length === 1 || (data.length === channels && dims.at(-1) === channels);
}

/** A constant of float32, undefined for any other tensor. */
export function floatConstant(name: string | undefined, edit: GraphEdit): FloatTensor | undefined {
  const tensor = name === undefined ? undefined : edit.model.graph.initializers.get(name);
  return tensor?.data instanceof Float32Array ? (tensor as FloatTensor) : undefined;
}

/** A tensor of float32. */
export type FloatTensor = Tensor & { readonly data: Float32Array };

function scaleWeights(node: GraphNode, { dims, data }: FloatTensor, scale: Float64Array): Float32Array {
  const [first = 1, second = 1] = dims;
  const scaled = new Float32Array(data.length);
  // Rows of the weights seen as a matrix [first, second, rest]; the output channel follows from the two places.
  const rest = data.length / (first * second);
  const groupInputs = first / intAttribute(node, 'group', 1);
  const isFirst = node.op === 'Conv' || intAttribute(node, 'transB', 0) !== 0;
  for (let row = 0, at = 0; row < first; row++) {
    const offset = node.op === 'ConvTranspose' ? Math.floor(row / groupInputs) * second : 0;
    for (let column = 0; column < second; column++) {
      const factor = scale[isFirst ? row : offset + column] ?? 1;
      for (const end = at + rest; at < end; at++) scaled[at] = (data[at] ?? 0) * factor;
    }
  }
  return scaled;
}
