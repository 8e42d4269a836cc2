/** Where the batch lies in a tensor that holds something of each photo. Sizes are those for the batch that the file was made for. */
export interface BatchTensor {
  /** Undefined where no rule gives the size. */
  readonly dims: readonly (number | undefined)[];
  /** The dimension that counts photos, or several rows of each photo, photo by photo. */
  readonly axis: number;
  /** True when there may be several rows of each photo. */
  readonly many: boolean;
}

/** The sizes of a tensor that is the same for all photos; undefined when they are not known. */
export type SharedDims = readonly (number | undefined)[] | undefined;

/** Counts an axis from the front. */
export function fromFront(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

/**
 * The result of an operator that works element by element on tensors that are broadcast against each other; undefined when photos would be
 * mixed up.
 */
export function broadcast(
  tensors: readonly BatchTensor[],
  shared: readonly SharedDims[],
): BatchTensor | undefined {
  const [first] = tensors;
  if (first === undefined) return undefined;
  const rank = first.dims.length;
  const isAlike = ({ dims, axis, many }: BatchTensor): boolean =>
    dims.length === rank && axis === first.axis && many === first.many;
  // A shared tensor must be the same for each photo: of size 1 along the batch, or without that dimension.
  const isShared = (dims: SharedDims): boolean =>
    dims !== undefined && dims.length <= rank && (dims.at(first.axis - rank) ?? absent(dims, first)) === 1;
  if (!tensors.every(isAlike) || !shared.every(isShared)) return undefined;
  const all = [...tensors.map(({ dims }) => dims), ...shared.map((dims) => dims ?? [])];
  return {
    ...first,
    dims: first.dims.map((size, place) => (place === first.axis ? size : widest(all, place - rank))),
  };
}

function absent(dims: readonly unknown[], { dims: own, axis }: BatchTensor): number | undefined {
  return dims.length < own.length - axis ? 1 : undefined;
}

/** @param place - Counted from the end, negative. */
function widest(all: readonly (readonly (number | undefined)[])[], place: number): number | undefined {
  const sizes = all.filter((dims) => dims.length >= -place).map((dims) => dims.at(place));
  const wide = sizes.filter((size) => size !== 1);
  return wide.length === 0 ? 1 : wide.find((size) => size !== undefined);
}

/** What a Reshape with a constant target becomes when the batch is open. */
export interface FreedReshape {
  readonly target: readonly number[];
  readonly result: BatchTensor;
}

/**
 * Rewrites the target of a Reshape so that it holds for any batch. Elements lie photo by photo and their number for each photo stays, so
 * that the size at the batch's place follows from the others.
 *
 * @param batch - The batch that the file was made for.
 * @returns undefined when it cannot be told which of the target's sizes has the batch in it.
 */
export function freeReshape(
  tensor: BatchTensor,
  target: readonly number[],
  batch: number,
): FreedReshape | undefined {
  const { dims, axis, many } = tensor;
  const sizes = resolveSizes(dims, target);
  const prefix = dims.slice(0, axis);
  if (target.length <= axis || prefix.some((size, place) => size === undefined || size !== sizes[place])) {
    return undefined;
  }
  const size = sizes[axis];
  const isOpenElsewhere = target.some((entry, place) => entry === -1 && place !== axis);
  const keeps = target[axis] === 0 || (size === batch && !many);
  if (keeps) return { target: target.with(axis, 0), result: { dims: sizes, axis, many } };
  if (size !== undefined && size % batch !== 0) return undefined;
  // An open size that could be worked out may be written instead, and gives its place to the batch.
  const written = isOpenElsewhere
    ? sizes.map((entry, place) => (place === axis ? -1 : entry))
    : target.with(axis, -1);
  const known = written.filter((entry) => entry !== undefined);
  return known.length < written.length
    ? undefined
    : { target: known, result: { dims: sizes, axis, many: size !== batch } };
}

/** The sizes after a Reshape, as far as they follow from those before it. */
function resolveSizes(
  dims: readonly (number | undefined)[],
  target: readonly number[],
): readonly (number | undefined)[] {
  const copied = target.map((size, place) => (size === 0 ? dims[place] : size === -1 ? undefined : size));
  const open = target.indexOf(-1);
  const others = product(copied.filter((_, place) => place !== open));
  const total = product(dims);
  if (open < 0 || total === undefined || others === undefined || others === 0) return copied;
  return copied.with(open, total / others);
}

/** The number of elements, undefined when a size is not known. */
export function product(dims: readonly (number | undefined)[]): number | undefined {
  return dims.reduce<number | undefined>(
    (sum, size) => (sum === undefined || size === undefined ? undefined : sum * size),
    1,
  );
}
