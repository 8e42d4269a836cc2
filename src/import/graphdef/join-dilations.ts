import type { GraphDefNode } from './read-graphdef.ts';

/**
 * Finds convolutions between SpaceToBatchND and BatchToSpaceND, which is how TensorFlow 1 writes dilated ones, and makes one node of each:
 * `Atrous` before the convolution's operator, with the inputs picture, filters, block, paddings, block of the way back, crops.
 */
export function joinDilations(nodes: ReadonlyMap<string, GraphDefNode>): ReadonlyMap<string, GraphDefNode> {
  return new Map([...nodes].map(([name, node]) => [name, joined(nodes, node) ?? node]));
}

function joined(nodes: ReadonlyMap<string, GraphDefNode>, back: GraphDefNode): GraphDefNode | undefined {
  if (back.op !== 'BatchToSpaceND') return undefined;
  const [from = '', backBlock = '', crops = ''] = back.inputs;
  const convolution = nodes.get(from);
  if (convolution === undefined || !['Conv2D', 'DepthwiseConv2dNative'].includes(convolution.op)) {
    return undefined;
  }
  const [spread = '', filters = ''] = convolution.inputs;
  const forth = nodes.get(spread);
  if (forth?.op !== 'SpaceToBatchND') return undefined;
  const [picture = '', block = '', paddings = ''] = forth.inputs;
  return {
    name: back.name,
    op: `Atrous${convolution.op}`,
    inputs: [picture, filters, block, paddings, backBlock, crops],
    attributes: convolution.attributes,
  };
}
