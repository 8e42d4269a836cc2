/**
 * Gives the probability that a value of Student's t distribution lies at least as far from 0 as `t`, on either side: the finite sums of
 * Abramowitz and Stegun 1964, 26.7.3 and 26.7.4. Absolute error below 1e-14.
 *
 * @param degrees degrees of freedom, a whole number of at least 1
 */
export function studentTails(t: number, degrees: number): number {
  return Math.max(0, 1 - probabilityWithin(Math.atan(Math.abs(t) / Math.sqrt(degrees)), degrees));
}

/**
 * Gives the 97.5 % point of Student's t distribution: 95 % of its values lie between it and its negative.
 *
 * @param degrees degrees of freedom, a whole number of at least 1
 */
export function studentPoint95(degrees: number): number {
  let low = 0;
  let high = Math.PI / 2;
  // Fewer halvings than this leave the angle apart from its neighbour in float64.
  for (let halving = 0; halving < 60; halving++) {
    const middle = (low + high) / 2;
    if (probabilityWithin(middle, degrees) < 0.95) low = middle;
    else high = middle;
  }
  return Math.sqrt(degrees) * Math.tan((low + high) / 2);
}

/** Probability of −t … t for t = √degrees · tan(angle). */
function probabilityWithin(angle: number, degrees: number): number {
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  const isOdd = degrees % 2 === 1;
  let term = isOdd ? cosine : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let k = isOdd ? 3 : 2; k < degrees; k += 2) {
    term *= ((k - 1) / k) * cosine ** 2;
    sum += term;
  }
  return isOdd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum;
}
