import { intAttribute } from '../attributes.ts';
import type { GraphNode, Tensor } from '../graph.ts';
import { perAxis } from './per-axis.ts';

const types = {
  uint8: { low: 0, high: 255, array: Uint8Array },
  int8: { low: -128, high: 127, array: Int8Array },
} as const;

/**
 * The levels of constant real numbers, `round(x / scale) + zero` with halves to even, kept to the range of their type; of one scale, or one a slice
 * of the node's axis. Undefined for other types, or when scale or zero point do not fit.
 *
 * @param node - The QuantizeLinear.
 */
export function quantiseConstant(
  node: GraphNode,
  { dims, data }: Tensor,
  scale: Tensor,
  zero: Tensor | undefined,
): Tensor | undefined {
  const type = zero?.type ?? 'uint8';
  const place = perAxis(dims, intAttribute(node, 'axis', 1), scale, zero);
  if (place === undefined || !(data instanceof Float32Array) || (type !== 'uint8' && type !== 'int8')) {
    return undefined;
  }
  const { low, high, array } = types[type];
  const levels = new array(data.length);
  for (let at = 0; at < levels.length; at++) {
    const own = place(at);
    const level =
      roundToEven(Math.fround((data[at] ?? 0) / Number(scale.data[own]))) + Number(zero?.data[own] ?? 0);
    levels[at] = Math.min(high, Math.max(low, level));
  }
  return { type, dims, data: levels };
}

function roundToEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
