import type { LogitsFit } from './measure-logits.ts';

/**
 * Measures logits `[rows, classes]` against targets `[rows, classes]`, each class a yes or no of its own; there must be a row.
 *
 * `accuracy` is the fraction of rows right in every class, a logit above 0 being a yes; `crossEntropy` the mean over rows of the binary
 * cross entropy `ln(1 + e^z) − y z`, summed over the classes.
 */
export function measureTargets(logits: Float32Array, targets: Uint8Array, classes: number): LogitsFit {
  const rows = logits.length / classes;
  let right = 0;
  let crossEntropy = 0;
  for (let row = 0; row < rows; row++) {
    let allRight = true;
    for (let at = row * classes; at < (row + 1) * classes; at++) {
      const logit = logits[at]!;
      const shown = targets[at] === 1;
      crossEntropy += Math.max(logit, 0) + Math.log1p(Math.exp(-Math.abs(logit))) - (shown ? logit : 0);
      if (logit > 0 !== shown) allRight = false;
    }
    if (allRight) right++;
  }
  return { accuracy: right / rows, crossEntropy: crossEntropy / rows };
}
