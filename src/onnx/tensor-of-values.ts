import type { ElementType, Tensor } from './graph.ts';

/** Makes a tensor of numbers; undefined when the type cannot hold one of them exactly (floats are rounded). */
export function tensorOfValues(
  type: ElementType,
  dims: readonly number[],
  values: readonly number[],
): Tensor | undefined {
  switch (type) {
    case 'float32':
      return { type, dims, data: Float32Array.from(values) };
    case 'float64':
      return { type, dims, data: Float64Array.from(values) };
    case 'int64': {
      const whole = values.map(wholeNumber);
      return whole.every((value) => value !== undefined)
        ? { type, dims, data: BigInt64Array.from(whole) }
        : undefined;
    }
    case 'int32':
    case 'int8':
    case 'uint8':
    case 'bool':
      return smallIntegers(type, dims, values);
    case 'float16':
      return undefined;
  }
}

function smallIntegers(
  type: 'int32' | 'int8' | 'uint8' | 'bool',
  dims: readonly number[],
  values: readonly number[],
): Tensor | undefined {
  const arrays = { int32: Int32Array, int8: Int8Array, uint8: Uint8Array, bool: Uint8Array };
  const data = arrays[type].from(values);
  return values.every((value, index) => value === data[index]) ? { type, dims, data } : undefined;
}

const [least, most] = [-(2n ** 63n), 2n ** 63n - 1n];

// The ends of the range stand for "up to the end" in slices and were rounded when they were read as numbers.
function wholeNumber(value: number): bigint | undefined {
  if (value >= 2 ** 63) return most;
  if (value <= -(2 ** 63)) return least;
  return Number.isSafeInteger(value) ? BigInt(value) : undefined;
}
