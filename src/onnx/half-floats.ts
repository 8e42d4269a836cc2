const signBit = 0x8000;
const mostBits = 0x7bff;
const notANumber = 0x7e00;

/**
 * Rounds real numbers to half precision (IEEE 754 binary16, 11 significant bits), halves to even. What lies beyond ±65,504, infinity too, becomes ±65,504; NaN stays NaN.
 *
 * @returns the bits, one 16-bit word a number
 */
export function toHalves(values: Float32Array): Uint16Array {
  const floats = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let at = 0; at < halves.length; at++) {
    const bits = floats[at] ?? 0;
    const sign = (bits >>> 16) & signBit;
    const size = bits & 0x7fff_ffff;
    if (size > 0x7f80_0000) halves[at] = notANumber;
    // 65,520 is where rounding would reach 65,536.
    else if (size >= 0x477f_f000) halves[at] = sign | mostBits;
    // Below 2⁻¹⁴ the steps are 2⁻²⁴; adding 2⁵² and taking it off again rounds to a whole number of them.
    else if (size < 0x3880_0000) {
      halves[at] = sign | (Math.abs(values[at] ?? 0) * 2 ** 24 + 2 ** 52 - 2 ** 52);
    }
    // The exponent's bias is 15 instead of 127; of the 23 bits behind the point 13 are rounded off.
    else halves[at] = sign | ((size + 0xfff + ((size >>> 13) & 1) - 0x3800_0000) >>> 13);
  }
  return halves;
}

let table: Float32Array | undefined;

/** The value of each of the 65,536 numbers of half precision, by its bits. */
export function halfValues(): Float32Array {
  table ??= Float32Array.from({ length: 65_536 }, (_, bits) => {
    const sign = bits & signBit ? -1 : 1;
    const exponent = (bits >> 10) & 0x1f;
    const fraction = bits & 0x3ff;
    if (exponent === 0) return sign * fraction * 2 ** -24;
    if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
    return sign * (1024 + fraction) * 2 ** (exponent - 25);
  });
  return table;
}
