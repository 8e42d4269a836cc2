/** The 97.5 % point of the normal distribution. */
const z = 1.959963984540054;

/**
 * Gives Wilson's score interval of a fraction at 95 %, without continuity correction (Wilson 1927, JASA 22:209).
 *
 * @param correct successes, 0 … n
 * @param n trials; 0 tells nothing and gives [0, 1]
 */
export function wilsonInterval(correct: number, n: number): [low: number, high: number] {
  if (n === 0) return [0, 1];
  const fraction = correct / n;
  const centre = (fraction + z ** 2 / (2 * n)) / (1 + z ** 2 / n);
  const half = (z / (1 + z ** 2 / n)) * Math.sqrt((fraction * (1 - fraction)) / n + z ** 2 / (4 * n ** 2));
  // At the ends the bound is exact, but rounding would put it beyond the fraction itself.
  return [correct === 0 ? 0 : Math.max(0, centre - half), correct === n ? 1 : Math.min(1, centre + half)];
}
