/** A seeded source of random numbers; equal seeds give equal sequences on every machine. */
export interface Random {
  /** A whole number, each of `0 … limit − 1` equally likely; `limit` up to 2³². */
  below(limit: number): number;
  /** A number from the standard normal distribution, drawn again while it lies beyond two standard deviations. */
  truncatedNormal(): number;
  /** A number from the beta distribution with both parameters `shape`, which is above 0 and at most 1. */
  beta(shape: number): number;
}

/**
 * Makes a random source from a text, such as a seed with the name of what it is for.
 *
 * Generator: sfc32 (Chris Doty-Humphrey, PractRand), seeded with {@link hashText}.
 */
export function createRandom(seed: string): Random {
  let [a, b, c] = hashText(seed);
  let counter = 1;
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return sum >>> 0;
  };
  // Its author's own warm-up, after which similar seeds have nothing in common.
  for (let i = 0; i < 15; i++) next();

  let spare: number | undefined;
  const normal = (): number => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    // Box and Muller's transform; the first number is never 0, so that its logarithm is finite.
    const radius = Math.sqrt(-2 * Math.log((next() + 1) / 2 ** 32));
    const angle = (2 * Math.PI * next()) / 2 ** 32;
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };

  return {
    below(limit) {
      // The last, incomplete multiple of the limit would favour small numbers.
      const end = 2 ** 32 - (2 ** 32 % limit);
      let value = next();
      while (value >= end) value = next();
      return value % limit;
    },
    truncatedNormal() {
      let value = normal();
      while (Math.abs(value) > 2) value = normal();
      return value;
    },
    beta(shape) {
      // Jöhnk's method; powers this small may both round to 0.
      for (;;) {
        const a = (next() / 2 ** 32) ** (1 / shape);
        const b = (next() / 2 ** 32) ** (1 / shape);
        if (a + b <= 1 && a + b > 0) return a / (a + b);
      }
    },
  };
}

/** Hashes a text to three 32-bit numbers (FNV-1a over its UTF-16 units from three starts, mixed by MurmurHash3's finaliser). */
export function hashText(text: string): [number, number, number] {
  return [hashFrom(0x811c9dc5, text), hashFrom(0x9e3779b9, text), hashFrom(0x85ebca6b, text)];
}

/** Compares by {@link hashText}, then by identity: an order that is random but the same for everyone. */
export function compareHashes(
  a: { readonly identity: string; readonly hash: readonly number[] },
  b: { readonly identity: string; readonly hash: readonly number[] },
): number {
  for (const [index, part] of a.hash.entries()) {
    const difference = part - (b.hash[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.identity < b.identity ? -1 : 1;
}

function hashFrom(start: number, text: string): number {
  let hash = start;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
