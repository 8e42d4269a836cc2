import { isOperator } from '../attributes.ts';
import type { GraphNode, Model } from '../graph.ts';
import { editGraph, type GraphEdit } from './graph-edit.ts';
import type { Shapes } from './pass.ts';
import { type ChannelAffine, floatConstant, linearChannels, scaleLinear } from './scale-linear.ts';

/** Folds constants that are added to, subtracted from, multiplied with or divided into each channel of a convolution's or Gemm's result. */
export function foldChannelConstants(model: Model, shapes: Shapes): Model {
  const edit = editGraph(model);
  for (const node of model.graph.nodes) {
    if (!isOperator(node, 'Add', 'Sub', 'Mul', 'Div')) continue;
    const side = node.inputs.findIndex((name) => linearChannels(edit.maker(name), edit) !== undefined);
    const input = node.inputs[side] ?? '';
    const before = edit.maker(input);
    const channels = linearChannels(before, edit);
    if (before === undefined || channels === undefined || !edit.isPrivate(input)) continue;
    const rank = shapes.get(input)?.dims.length;
    const values = channelValues(node.inputs[1 - side], channels, rank, edit);
    const affine = values && affineOf(node, values, side === 0);
    if (affine !== undefined) scaleLinear(before, affine, node, edit);
  }
  return edit.finish();
}

/** The constant for each channel, undefined when the tensor is no constant or differs along another axis. */
function channelValues(
  name: string | undefined,
  channels: number,
  rank: number | undefined,
  edit: GraphEdit,
): Float64Array | undefined {
  const constant = floatConstant(name, edit);
  if (constant === undefined || rank === undefined || constant.dims.length > rank) return undefined;
  const { dims, data } = constant;
  if (data.length === 1) return new Float64Array(channels).fill(data[0] ?? 0);
  const isPerChannel = dims.every((dim, axis) => dim === (axis === 1 - rank + dims.length ? channels : 1));
  return isPerChannel ? Float64Array.from(data) : undefined;
}

function affineOf({ op }: GraphNode, values: Float64Array, isFirst: boolean): ChannelAffine | undefined {
  const all = (value: number): Float64Array => new Float64Array(values.length).fill(value);
  switch (op) {
    case 'Add':
      return { scale: all(1), shift: values };
    case 'Sub':
      return isFirst
        ? { scale: all(1), shift: values.map((value) => -value) }
        : { scale: all(-1), shift: values };
    case 'Mul':
      return { scale: values, shift: all(0) };
    default:
      return isFirst ? { scale: values.map((value) => 1 / value), shift: all(0) } : undefined;
  }
}
