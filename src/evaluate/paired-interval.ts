/** Further from its mean than this many standard deviations a count is left out: less than 1e-22 of the distribution. */
const farOut = 10;

/**
 * Gives the 95 % percentile interval of the difference of two accuracies by the paired bootstrap (Efron 1979, Annals of Statistics 7:1),
 * with its distribution worked out instead of drawn: what endlessly many resamples of the photos would give, the same each time.
 *
 * A resample of n photos holds a binomial number of photos on which just one classifier is right, and of these a binomial number on which
 * it is the second.
 *
 * @param onlyA photos that only the first has right
 * @param onlyB photos that only the second has right
 * @param count all photos
 * @returns of the second's accuracy minus the first's; null when they never differ, as nothing tells of chance then
 */
export function pairedInterval(
  onlyA: number,
  onlyB: number,
  count: number,
): [low: number, high: number] | null {
  const differing = onlyA + onlyB;
  if (differing === 0) return null;
  const probabilities = distributionOf(onlyB / differing, differing / count, count);
  return [pointOf(probabilities, 0.025, count), pointOf(probabilities, 0.975, count)];
}

/** Probability of each net gain −n … n, in photos. */
function distributionOf(gainShare: number, differingShare: number, count: number): Float64Array {
  const binomial = binomialOf(count);
  const probabilities = new Float64Array(2 * count + 1);
  for (const drawn of likelyCounts(count, differingShare)) {
    const weight = binomial(drawn, count, differingShare);
    for (const gained of likelyCounts(drawn, gainShare)) {
      probabilities[count + 2 * gained - drawn]! += weight * binomial(gained, drawn, gainShare);
    }
  }
  return probabilities;
}

/** The smallest difference that a share of the distribution reaches at most. */
function pointOf(probabilities: Float64Array, share: number, count: number): number {
  let below = 0;
  for (const [index, probability] of probabilities.entries()) {
    below += probability;
    if (below >= share) return (index - count) / count;
  }
  return 1;
}

/** The numbers of successes in n trials that have any probability worth counting. */
function* likelyCounts(n: number, share: number): Generator<number> {
  const reach = farOut * Math.sqrt(n * share * (1 - share)) + farOut;
  const last = Math.min(n, Math.ceil(n * share + reach));
  for (let successes = Math.max(0, Math.floor(n * share - reach)); successes <= last; successes++) {
    yield successes;
  }
}

/** Gives the binomial probabilities of up to `most` trials, by logarithms, as powers of large numbers of trials vanish. */
function binomialOf(most: number): (successes: number, n: number, share: number) => number {
  const logFactorial = new Float64Array(most + 1);
  for (let n = 2; n <= most; n++) logFactorial[n] = logFactorial[n - 1]! + Math.log(n);
  // A power with exponent 0 is 1, also that of 0.
  const logPower = (base: number, exponent: number): number =>
    exponent === 0 ? 0 : exponent * Math.log(base);
  return (successes, n, share) =>
    Math.exp(
      logFactorial[n]! -
        logFactorial[successes]! -
        logFactorial[n - successes]! +
        logPower(share, successes) +
        logPower(1 - share, n - successes),
    );
}
