import { floats, node as makeNode } from '../build.ts';
import type { GraphNode, Model } from '../graph.ts';
import { batchNormAffine } from './batch-norm-affine.ts';
import { editGraph, type GraphEdit } from './graph-edit.ts';
import type { Shapes } from './pass.ts';
import type { ChannelAffine } from './scale-linear.ts';

/**
 * Replaces each BatchNormalization that could not be folded: on pictures by a convolution of one weight a channel, which onnxruntime computes
 * faster than a product and a sum (a tenth of DenseNet's time), and by those on other tensors.
 */
export function replaceBatchNorm(model: Model, shapes: Shapes): Model {
  const edit = editGraph(model);
  for (const node of model.graph.nodes) {
    const affine = batchNormAffine(node, edit);
    const rank = shapes.get(node.inputs[0] ?? '')?.dims.length;
    if (affine === undefined || rank === undefined || rank < 2) continue;
    edit.replace(
      node,
      rank === 4 ? convolution(node, affine, edit) : productAndSum(node, affine, rank, edit),
    );
  }
  return edit.finish();
}

function convolution(node: GraphNode, { scale, shift }: ChannelAffine, edit: GraphEdit): GraphNode[] {
  const [input = ''] = node.inputs;
  const [output = ''] = node.outputs;
  const channels = scale.length;
  const weights = edit.addConstant(`${output}/scale`, floats([channels, 1, 1, 1], Float32Array.from(scale)));
  const bias = edit.addConstant(`${output}/shift`, floats([channels], Float32Array.from(shift)));
  const attributes = { group: { int: channels }, kernel_shape: { ints: [1, 1] } };
  return [{ ...makeNode('Conv', [input, weights, bias], [output], attributes), name: node.name }];
}

function productAndSum(
  node: GraphNode,
  { scale, shift }: ChannelAffine,
  rank: number,
  edit: GraphEdit,
): GraphNode[] {
  const [input = ''] = node.inputs;
  const [output = ''] = node.outputs;
  const dims = [scale.length, ...Array<number>(rank - 2).fill(1)];
  const factor = edit.addConstant(`${output}/scale`, floats(dims, Float32Array.from(scale)));
  const summand = edit.addConstant(`${output}/shift`, floats(dims, Float32Array.from(shift)));
  const product = edit.newName(`${output}/product`);
  return [
    makeNode('Mul', [input, factor], [product]),
    { ...makeNode('Add', [product, summand], [output]), name: node.name },
  ];
}
