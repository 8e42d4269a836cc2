/**
 * Gives the expected calibration error: the difference between mean confidence and accuracy, averaged over equal-width
 * bins of confidence (a bin holds its upper end) by the rows in them. 0 without rows.
 *
 * @param confidences probability of the predicted class of each row, `[rows]`
 * @param right whether the predicted class is the right one, `[rows]`
 */
export function calibrationError(
  confidences: ArrayLike<number>,
  right: ArrayLike<boolean>,
  bins = 15,
): number {
  // Per bin, confidences minus hits: the bin's count cancels out of |accuracy − confidence| × count.
  const excess = new Float64Array(bins);
  for (let row = 0; row < confidences.length; row++) {
    const confidence = confidences[row]!;
    const bin = Math.min(Math.max(Math.ceil(confidence * bins) - 1, 0), bins - 1);
    excess[bin]! += confidence - Number(right[row]);
  }
  const sum = excess.reduce((total, value) => total + Math.abs(value), 0);
  return confidences.length === 0 ? 0 : sum / confidences.length;
}
