/**
 * Adds up to three vectors to a sum, one after the other as if each were added alone, over a stretch of them. One pass over three takes
 * little more time than over one.
 */
export function addVectors(
  sum: Float32Array,
  [first, second, third]: readonly Float32Array[],
  from: number,
  to: number,
): void {
  if (first === undefined) return;
  if (second === undefined) {
    for (let index = from; index < to; index++) sum[index] = sum[index]! + first[index]!;
  } else if (third === undefined) {
    for (let index = from; index < to; index++) {
      sum[index] = Math.fround(sum[index]! + first[index]!) + second[index]!;
    }
  } else {
    for (let index = from; index < to; index++) {
      sum[index] = Math.fround(Math.fround(sum[index]! + first[index]!) + second[index]!) + third[index]!;
    }
  }
}
