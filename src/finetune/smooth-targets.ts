/**
 * Takes the targets of some photos, `[photos, classes]`, and spreads a share of each evenly over all classes:
 * `(1 − share) · y + share / classes` (Szegedy et al. 2016, arXiv:1512.00567).
 */
export function smoothTargets(
  targets: Float32Array,
  photos: Int32Array,
  classes: number,
  share: number,
): Float32Array {
  const smoothed = new Float32Array(photos.length * classes);
  for (const [row, photo] of photos.entries()) {
    for (let label = 0; label < classes; label++) {
      smoothed[row * classes + label] = (1 - share) * targets[photo * classes + label]! + share / classes;
    }
  }
  return smoothed;
}
