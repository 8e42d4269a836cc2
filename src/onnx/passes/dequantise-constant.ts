import { intAttribute } from '../attributes.ts';
import { floats } from '../build.ts';
import type { GraphNode, Tensor } from '../graph.ts';
import { perAxis } from './per-axis.ts';

/**
 * The real numbers that constant levels stand for, `scale · (level − zero)` rounded to float32 as onnxruntime does; of one scale, or one a slice of the
 * node's axis. Undefined when scale or zero point do not fit.
 *
 * @param node - The DequantizeLinear.
 */
export function dequantiseConstant(
  node: GraphNode,
  levels: Tensor,
  scale: Tensor,
  zero: Tensor | undefined,
): Tensor | undefined {
  const place = perAxis(levels.dims, intAttribute(node, 'axis', 1), scale, zero);
  if (place === undefined) return undefined;
  const real = new Float32Array(levels.data.length);
  for (let at = 0; at < real.length; at++) {
    const own = place(at);
    real[at] = (Number(levels.data[at]) - Number(zero?.data[own] ?? 0)) * Number(scale.data[own]);
  }
  return floats(levels.dims, real);
}
