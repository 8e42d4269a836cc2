/** Inner product of two vectors of equal length. */
export function dot(a: Float64Array, b: Float64Array): number {
  // Four sums, as one alone waits for each addition before it starts the next.
  let [sum0, sum1, sum2, sum3] = [0, 0, 0, 0];
  const even = a.length - (a.length % 4);
  for (let i = 0; i < even; i += 4) {
    sum0 += a[i]! * b[i]!;
    sum1 += a[i + 1]! * b[i + 1]!;
    sum2 += a[i + 2]! * b[i + 2]!;
    sum3 += a[i + 3]! * b[i + 3]!;
  }
  for (let i = even; i < a.length; i++) sum0 += a[i]! * b[i]!;
  return sum0 + sum1 + (sum2 + sum3);
}

/** Adds `factor · source` to `target` in place. */
export function addScaled(target: Float64Array, source: Float64Array, factor: number): void {
  for (let i = 0; i < target.length; i++) target[i]! += factor * source[i]!;
}

/** Multiplies a vector by a number in place. */
export function scale(target: Float64Array, factor: number): void {
  for (let i = 0; i < target.length; i++) target[i]! *= factor;
}

/** `a − b` */
export function difference(a: Float64Array, b: Float64Array): Float64Array {
  const result = a.slice();
  addScaled(result, b, -1);
  return result;
}

/** Euclidean length. */
export function length(vector: Float64Array): number {
  return Math.sqrt(dot(vector, vector));
}

/** Index of the largest of `count` values that start at `offset`; the first one of equals. */
export function indexOfLargest(values: Float32Array, offset: number, count: number): number {
  let best = 0;
  for (let i = 1; i < count; i++) if (values[offset + i]! > values[offset + best]!) best = i;
  return best;
}
