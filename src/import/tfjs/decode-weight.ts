import { viewBytes } from '../../onnx/element-types.ts';
import type { WeightSpec } from './weight-manifest.ts';

/**
 * Gives a weight's numbers as float32, a view where they are stored so. Quantised ones are `stored · scale + min`, rounded for int32
 * (dequantisation of tfjs-converter's quantization.py).
 */
export function decodeWeight({ dtype, quantization }: WeightSpec, bytes: Uint8Array): Float32Array {
  if (quantization === undefined) {
    const stored = viewBytes(dtype, bytes);
    return stored instanceof Float32Array ? stored : Float32Array.from(stored as Int32Array | Uint8Array);
  }
  if (quantization.dtype === 'float16') return decodeHalves(viewBytes('float16', bytes) as Uint16Array);
  const { scale = 1, min = 0 } = quantization;
  // float16 is kept as 16 bits: the same view serves uint16.
  const levels = viewBytes(quantization.dtype === 'uint8' ? 'uint8' : 'float16', bytes) as
    Uint8Array | Uint16Array;
  const values = new Float32Array(levels.length);
  for (let index = 0; index < levels.length; index++) {
    const value = (levels[index] ?? 0) * scale + min;
    values[index] = dtype === 'int32' ? Math.round(value) : value;
  }
  return values;
}

/** IEEE 754 binary16: one bit of sign, five of exponent, ten of fraction. */
function decodeHalves(halves: Uint16Array): Float32Array {
  const values = new Float32Array(halves.length);
  for (let index = 0; index < halves.length; index++) {
    const bits = halves[index] ?? 0;
    const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
    const sign = bits >> 15 === 1 ? -1 : 1;
    if (exponent === 31) values[index] = fraction === 0 ? sign * Infinity : NaN;
    else if (exponent === 0) values[index] = sign * fraction * 2 ** -24;
    else values[index] = sign * (1024 + fraction) * 2 ** (exponent - 25);
  }
  return values;
}
