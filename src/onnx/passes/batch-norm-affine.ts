import { floatAttribute, intAttribute, isOperator } from '../attributes.ts';
import type { GraphNode } from '../graph.ts';
import type { GraphEdit } from './graph-edit.ts';
import { type ChannelAffine, floatConstant } from './scale-linear.ts';

/**
 * What a BatchNormalization does to each channel when it does not train: scale `γ / √(variance + ε)`, shift `β − mean · scale`
 * (Ioffe and Szegedy 2015, algorithm 2). Undefined for any other node and for parameters that are not constant.
 */
export function batchNormAffine(node: GraphNode, edit: GraphEdit): ChannelAffine | undefined {
  if (!isOperator(node, 'BatchNormalization') || intAttribute(node, 'training_mode', 0) !== 0) {
    return undefined;
  }
  const [gamma, beta, mean, variance] = node.inputs.slice(1).map((name) => floatConstant(name, edit)?.data);
  if (gamma === undefined || beta === undefined || mean === undefined || variance === undefined) {
    return undefined;
  }
  const epsilon = floatAttribute(node, 'epsilon', 1e-5);
  const scale = Float64Array.from(
    gamma,
    (value, channel) => value / Math.sqrt((variance[channel] ?? 0) + epsilon),
  );
  const shift = Float64Array.from(
    beta,
    (value, channel) => value - (mean[channel] ?? 0) * (scale[channel] ?? 0),
  );
  return { scale, shift };
}
