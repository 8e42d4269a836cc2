import { intsAttribute, isOperator, isStandard } from '../../onnx/attributes.ts';
import type { GraphNode, Model } from '../../onnx/graph.ts';
import type { Shapes } from '../../onnx/passes/pass.ts';

/** Tells which axis of a tensor holds the channels; undefined for a tensor that can be no tap: it has not one row a photo, no real numbers, or an unusual rank. */
export type ChannelAxis = (tensor: string) => number | undefined;

const channelsFirst = new Set([
  ...[
    'Conv',
    'ConvTranspose',
    'QLinearConv',
    'ConvInteger',
    'MaxPool',
    'AveragePool',
    'LpPool',
    'GlobalAveragePool',
  ],
  ...['GlobalMaxPool', 'BatchNormalization', 'InstanceNormalization', 'LRN', 'DepthToSpace', 'SpaceToDepth'],
]);

/**
 * Finds the axis of channels of each tensor: 1 after a convolution, moved by a transposition, the last one of tokens and after products of
 * matrices. Where a picture's layout is not told by its operators, its sides are taken to be the two equal ones.
 */
export function channelAxes({ graph }: Model, shapes: Shapes): ChannelAxis {
  const axes = new Map<string, number>();
  const rankOf = (name: string): number => shapes.get(name)?.dims.length ?? 0;
  for (const node of graph.nodes) {
    const axis = axisAfter(node, axes, rankOf);
    for (const name of node.outputs) if (axis !== undefined && rankOf(name) === 4) axes.set(name, axis);
  }
  const batch = graph.inputs[0]?.dims[0];
  const quantised = new Set(
    graph.nodes.filter((node) => isOperator(node, 'QuantizeLinear')).flatMap(({ outputs }) => outputs),
  );
  return (tensor) => {
    const { type, dims } = shapes.get(tensor) ?? {};
    if (type !== 'float32' && !quantised.has(tensor)) return undefined;
    if (dims === undefined || dims[0] !== batch || dims.length < 2 || dims.length > 4) return undefined;
    if (dims.length < 4) return dims.length - 1;
    return axes.get(tensor) ?? (dims[1] === dims[2] && dims[2] !== dims[3] ? 3 : 1);
  };
}

function axisAfter(
  node: GraphNode,
  axes: ReadonlyMap<string, number>,
  rankOf: (name: string) => number,
): number | undefined {
  if (isStandard(node) && channelsFirst.has(node.op)) return 1;
  if (isOperator(node, 'LayerNormalization', 'MatMul')) return 3;
  if (isOperator(node, 'Transpose')) {
    const before = axes.get(node.inputs[0] ?? '');
    const after = before === undefined ? undefined : intsAttribute(node, 'perm')?.indexOf(before);
    return after;
  }
  // These may bring the axes into any order.
  if (isOperator(node, 'Reshape', 'Squeeze', 'Unsqueeze', 'Gather', 'Einsum')) return undefined;
  return node.inputs
    .filter((name) => rankOf(name) === 4)
    .map((name) => axes.get(name))
    .find((axis) => axis !== undefined);
}
