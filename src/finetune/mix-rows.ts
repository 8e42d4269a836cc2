import type { Tensor } from '../onnx/graph.ts';

/**
 * Mixes the rows of two tensors of one shape, `share · a + (1 − share) · b`, where the network's frozen part ends (manifold mixup: Verma et al. 2019,
 * arXiv:1806.05236; at the image it is mixup). Levels and pixels are rounded to whole ones.
 *
 * @param shares - Of the first tensor's rows, `[rows]`.
 */
export function mixRows(a: Tensor, b: Tensor, shares: Float32Array): Tensor {
  const rows = shares.length;
  const size = a.data.length / rows;
  const isReal = a.type === 'float32';
  const [one, other] = [a.data as Float32Array, b.data as Float32Array];
  const mixed = one.slice();
  for (let row = 0; row < rows; row++) {
    const share = shares[row]!;
    for (let at = row * size; at < (row + 1) * size; at++) {
      const value = share * one[at]! + (1 - share) * other[at]!;
      mixed[at] = isReal ? value : Math.round(value);
    }
  }
  return { ...a, data: mixed };
}
