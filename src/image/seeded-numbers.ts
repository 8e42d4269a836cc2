import { createHash } from 'node:crypto';

/**
 * Gives a source of numbers in [0, 1) that follow from a text alone, on any machine: words of 32 bits of SHA-256 over the text and a
 * counter.
 */
export function seededNumbers(seed: string): () => number {
  let [block, next] = [0, 0];
  let words = Buffer.alloc(0);
  return () => {
    if (next === words.length) {
      words = createHash('sha256').update(`${seed} ${block++}`).digest();
      next = 0;
    }
    next += 4;
    return words.readUInt32BE(next - 4) / 2 ** 32;
  };
}
