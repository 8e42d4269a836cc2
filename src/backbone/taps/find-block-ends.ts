import { isOperator, isStandard } from '../../onnx/attributes.ts';
import type { Shapes } from '../../onnx/passes/pass.ts';
import { elementwiseRules } from '../../onnx/shapes/elementwise.ts';
import type { ChannelAxis } from './channel-axis.ts';
import type { ImagePath } from './image-path.ts';
import type { LearnedStage } from './learned-stage.ts';
import { poolTensor } from './pool-tensor.ts';
import type { FoundTap } from './tap-source.ts';

/**
 * Finds the end of each spatial resolution, `28x28`: the last tensor of that size that everything later depends on. The last of them
 * is the one before pooling. A picture with a border, put on for the next layer, is no end.
 */
export function findBlockEnds(
  shapes: Shapes,
  path: ImagePath,
  stages: ReadonlyMap<string, LearnedStage>,
  channelAxis: ChannelAxis,
): readonly FoundTap[] {
  const bordered = borderedTensors(path);
  const necks = path.necks.map(({ tensor }) => tensor).filter((tensor) => !bordered.has(tensor));
  const all = path.nodes.flatMap(({ outputs }) => outputs);
  const ends = lastOfEachSize(necks);
  // Where paths run side by side through a whole resolution, its last result of a convolution has to do: other tensors may be no pictures.
  for (const [name, tap] of lastOfEachSize(convolved(path))) if (!ends.has(name)) ends.set(name, tap);
  const order = new Map(all.map((name, place) => [name, place]));
  return [...ends.values()].sort((a, b) => (order.get(a.tensor) ?? 0) - (order.get(b.tensor) ?? 0));

  function lastOfEachSize(tensors: readonly string[]): Map<string, FoundTap> {
    const last = new Map<string, FoundTap>();
    for (const tensor of tensors) {
      const dims = shapes.get(tensor)?.dims ?? [];
      if (dims.length !== 4 || stages.get(tensor) !== 'learned') continue;
      const sides = dims.filter((_, axis) => axis !== 0 && axis !== channelAxis(tensor));
      if (!sides.every((side) => typeof side === 'number') || sides.every((side) => side === 1)) continue;
      const tap = poolTensor(sides.join('x'), tensor, shapes, channelAxis);
      if (tap !== undefined) last.set(tap.name, tap);
    }
    return last;
  }
}

/** Results of Pad, also quantised or in another layout. */
function borderedTensors({ nodes }: ImagePath): ReadonlySet<string> {
  const found = new Set<string>();
  for (const node of nodes) {
    const isNext =
      isOperator(node, 'QuantizeLinear', 'DequantizeLinear', 'Transpose', 'Identity', 'Cast') &&
      found.has(node.inputs[0] ?? '');
    if (isNext || isOperator(node, 'Pad')) for (const name of node.outputs) found.add(name);
  }
  return found;
}

/** Results of convolutions and of what follows them element by element. */
function convolved({ nodes }: ImagePath): readonly string[] {
  const found = new Set<string>();
  for (const node of nodes) {
    const isNext =
      isStandard(node) && node.op in elementwiseRules && node.inputs.some((name) => found.has(name));
    if (isNext || isOperator(node, 'Conv')) for (const name of node.outputs) found.add(name);
  }
  return [...found];
}
