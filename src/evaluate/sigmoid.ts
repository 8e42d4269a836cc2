/**
 * Turns logits into probabilities of a yes each, in float64 whatever their type.
 *
 * @param logits `[rows, classes]` row-major
 * @param temperature divides the logits: above 1 softens, below 1 sharpens
 * @param bias added after the division, `[classes]`; absent: 0
 */
export function sigmoidRows(
  logits: ArrayLike<number>,
  temperature = 1,
  bias: ArrayLike<number> = [0],
): Float64Array {
  const classes = bias.length;
  return Float64Array.from(
    logits,
    (logit, at) => 1 / (1 + Math.exp(-(logit / temperature + bias[at % classes]!))),
  );
}
