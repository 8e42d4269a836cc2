/**
 * Gives what a sum of gradients is multiplied by: `scale`, or less where the norm of the result would be above `clipNorm` (as PyTorch's
 * `clip_grad_norm_`). NaN for a gradient that is not finite.
 */
export function clipScale(gradient: Float32Array, scale: number, clipNorm: number): number {
  let sum = 0;
  for (const value of gradient) sum += value * value;
  const norm = scale * Math.sqrt(sum);
  return Number.isFinite(norm) ? scale * Math.min(1, clipNorm / (norm + 1e-6)) : NaN;
}
