/** The place in a tensor of every element of its transpose, in row-major order. */
export function transposedPlaces(dims: readonly number[], perm: readonly number[]): Uint32Array {
  const strides = stridesOf(dims);
  return placesOf(
    perm.map((axis) => dims[axis] ?? 1),
    perm.map((axis) => strides[axis] ?? 0),
  );
}

/** The place in a tensor of every element of the result when it is broadcast to a shape, in row-major order. */
export function broadcastPlaces(dims: readonly number[], operand: readonly number[]): Uint32Array {
  const strides = stridesOf(operand);
  const shift = dims.length - operand.length;
  return placesOf(
    dims,
    dims.map((_, axis) => ((operand[axis - shift] ?? 1) > 1 ? (strides[axis - shift] ?? 0) : 0)),
  );
}

/** The place in a tensor of every element that remains when some positions along an axis are picked, in row-major order. */
export function pickedPlaces(
  dims: readonly number[],
  axis: number,
  positions: readonly number[],
): Uint32Array {
  const inner = dims.slice(axis + 1).reduce((product, dim) => product * dim, 1);
  const outer = dims.slice(0, axis).reduce((product, dim) => product * dim, 1);
  const places = new Uint32Array(outer * positions.length * inner);
  let at = 0;
  for (let block = 0; block < outer; block++) {
    for (const position of positions) {
      const start = (block * (dims[axis] ?? 1) + position) * inner;
      for (let step = 0; step < inner; step++) places[at++] = start + step;
    }
  }
  return places;
}

function stridesOf(dims: readonly number[]): number[] {
  const strides: number[] = [];
  let stride = 1;
  for (const dim of dims.toReversed()) {
    strides.unshift(stride);
    stride *= dim;
  }
  return strides;
}

function placesOf(dims: readonly number[], strides: readonly number[]): Uint32Array {
  const places = new Uint32Array(dims.reduce((product, dim) => product * dim, 1));
  // From the last axis outwards: what is written so far is one block, and is repeated with an offset.
  let block = Math.min(1, places.length);
  for (let axis = dims.length - 1; axis >= 0 && places.length > 0; axis--) {
    const [dim, stride] = [dims[axis] ?? 1, strides[axis] ?? 0];
    for (let step = 1; step < dim; step++) {
      const offset = step * stride;
      for (let at = 0; at < block; at++) places[step * block + at] = (places[at] ?? 0) + offset;
    }
    block *= dim;
  }
  return places;
}
