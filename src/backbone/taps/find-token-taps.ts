import { isOperator } from '../../onnx/attributes.ts';
import type { Shapes } from '../../onnx/passes/pass.ts';
import type { ChannelAxis } from './channel-axis.ts';
import type { ImagePath, Neck } from './image-path.ts';
import type { LearnedStage } from './learned-stage.ts';
import { poolTensor } from './pool-tensor.ts';
import type { FoundTap } from './tap-source.ts';

/**
 * Finds the residual stream of a network of tokens `[N, tokens, size]` after a quarter, a half, three quarters and all of its blocks:
 * `tokens-3`, `tokens-6`, … by the number of blocks passed. None when the network ends as a picture.
 */
export function findTokenTaps(
  shapes: Shapes,
  path: ImagePath,
  stages: ReadonlyMap<string, LearnedStage>,
  channelAxis: ChannelAxis,
): readonly FoundTap[] {
  const last = path.necks.findLast(({ tensor }) => isPicture(tensor, shapes) || isTokens(tensor, shapes));
  if (last === undefined || !isTokens(last.tensor, shapes)) return [];
  const sums = path.necks.filter(({ tensor, place }) => {
    const node = path.nodes[place];
    const isResidual = isOperator(node, 'Add') && node.inputs.every((name) => path.isOfImage(name));
    return isResidual && isTokens(tensor, shapes) && stages.get(tensor) === 'learned';
  });
  const blocks = blockEnds(sums, path);
  const numbers = [1, 2, 3, 4].map((quarter) => Math.ceil((quarter * blocks.length) / 4));
  return [...new Set(numbers)].flatMap((number) => {
    const end = blocks[number - 1];
    return (end && poolTensor(`tokens-${number}`, end.tensor, shapes, channelAxis)) ?? [];
  });
}

/** The last residual sum of each block. A block begins with attention; without any, it has two sums, as in an MLP-Mixer. */
function blockEnds(sums: readonly Neck[], { nodes }: ImagePath): readonly Neck[] {
  const begins = sums.map(({ place }, index) =>
    nodes.slice(sums[index - 1]?.place ?? 0, place).some((node) => isOperator(node, 'Softmax')),
  );
  if (!begins.includes(true)) return sums.filter((_, index) => index % 2 === 1);
  return sums.filter((_, index) => index === sums.length - 1 || begins[index + 1] === true);
}

function isTokens(tensor: string, shapes: Shapes): boolean {
  const dims = shapes.get(tensor)?.dims ?? [];
  return dims.length === 3 && dims[1] !== 1;
}

function isPicture(tensor: string, shapes: Shapes): boolean {
  const dims = shapes.get(tensor)?.dims ?? [];
  return dims.length === 4 && dims.filter((dim) => dim !== 1).length >= 3;
}
