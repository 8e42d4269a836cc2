import { floats, int64s } from '../../build.ts';
import type { Random } from '../../testing/random.ts';
import {
  type Attributes,
  type DrawGradientCase,
  type GradientCase,
  positive,
  shape,
  values,
} from './gradient-case.ts';

const reduce: DrawGradientCase = (random) => {
  const x = values(random, shape(random));
  const keepdims = { keepdims: { int: random.int(0, 1) } };
  const axes = { axes: { ints: someAxes(random, x.dims.length) } };
  return { inputs: [x], attributes: random.int(0, 3) === 0 ? keepdims : { ...keepdims, ...axes } };
};

const alongAxis: DrawGradientCase = (random) => ({
  inputs: [values(random, shape(random, 3))],
  attributes: random.pick<Attributes>([{}, { axis: { int: 1 } }, { axis: { int: -2 } }]),
});

/** Operators that name axes, and products of matrices. */
export const axisCases: Readonly<Record<string, DrawGradientCase>> = {
  ReduceMean: reduce,
  ReduceL2: reduce,
  ReduceSum(random) {
    const x = values(random, shape(random));
    return {
      inputs: random.int(0, 3) === 0 ? [x] : [x, int64s(someAxes(random, x.dims.length))],
      attributes: { keepdims: { int: random.int(0, 1) } },
    };
  },
  Softmax: alongAxis,
  LogSoftmax: alongAxis,
  LayerNormalization(random) {
    const dims = [3, random.int(1, 3), 4];
    const axis = random.pick([1, 2, -1]);
    const own = dims.slice(axis);
    return {
      inputs: [values(random, dims), positive(random, own), values(random, own)],
      // With so large an epsilon, the curvature does not hide in the rounding.
      attributes: { axis: { int: axis }, epsilon: { float: 0.1 } },
    };
  },
  Gemm(random) {
    const [transA, transB] = [random.int(0, 1), random.int(0, 1)];
    const addend = random.pick<number[] | undefined>([undefined, [2], [3, 1], [1, 2], [3, 2], []]);
    return {
      inputs: [
        values(random, transA === 1 ? [4, 3] : [3, 4]),
        values(random, transB === 1 ? [2, 4] : [4, 2]),
        ...(addend === undefined ? [] : [values(random, addend)]),
      ],
      attributes: {
        transA: { int: transA },
        transB: { int: transB },
        ...random.pick([{}, { alpha: { float: 0.5 }, beta: { float: 2 } }]),
      },
      isClosed: transA === 1,
    };
  },
  MatMul: (random) =>
    random.pick<GradientCase>([
      { inputs: [values(random, [3, 4]), values(random, [4, 2])] },
      { inputs: [values(random, [3, 2, 4]), values(random, [4, 5])] },
      { inputs: [values(random, [3, 1, 2, 4]), values(random, [2, 4, 3])] },
      { inputs: [values(random, [3, 4, 2]), values(random, [1, 2, 2])] },
      { inputs: [values(random, [2, 4]), values(random, [3, 4, 1])], isClosed: true },
    ]),
  Concat(random) {
    const own = shape(random, 3);
    const axis = random.int(0, 2);
    const other = own.map((dim, at) => (at === axis ? random.int(1, 4) : dim));
    return {
      inputs: [values(random, own), values(random, other), values(random, own)],
      attributes: { axis: { int: random.pick([axis, axis - 3]) } },
      ...random.pick([{}, { constant: [1] }]),
      // The others have a batch of three.
      isClosed: true,
    };
  },
  Transpose(random) {
    const x = values(random, shape(random));
    const perm = random.shuffle(x.dims.map((_, axis) => axis));
    return { inputs: [x], attributes: random.pick([{}, { perm: { ints: perm } }]) };
  },
  Reshape: (random) => ({
    inputs: [
      values(random, [3, 4, 6]),
      int64s(
        random.pick([
          [-1, 2, 12],
          [0, -1],
          [0, 0, 3, 2],
        ]),
      ),
    ],
  }),
  Flatten: (random) => ({
    inputs: [values(random, [3, 2, 4])],
    attributes: random.pick<Attributes>([{}, { axis: { int: 2 } }, { axis: { int: -1 } }]),
  }),
  Squeeze: (random) => ({
    inputs: [values(random, [3, 1, 2, 1]), int64s(random.pick([[1], [-1], [1, 3]]))],
  }),
  Unsqueeze: (random) => ({
    inputs: [values(random, [3, 2]), int64s(random.pick([[0], [-1], [1, 3]]))],
  }),
  Pad(random) {
    const pads = Array.from({ length: 6 }, () => random.int(-1, 2));
    return {
      inputs: [
        values(random, [3, 4, 3]),
        int64s(pads.with(0, 0).with(3, 0)),
        ...(random.int(0, 1) === 1 ? [floats([], [0.5])] : []),
      ],
      constant: [2],
    };
  },
  Slice: (random) =>
    random.pick<GradientCase>([
      { inputs: [values(random, [3, 5, 4]), int64s([1, -3]), int64s([4, 99]), int64s([1, -1])] },
      { inputs: [values(random, [3, 5]), int64s([0, 2]), int64s([2 ** 40, 4])] },
      { inputs: [values(random, [3, 5]), int64s([-99]), int64s([-2]), int64s([1]), int64s([1])] },
      { inputs: [values(random, [3, 5]), int64s([1]), int64s([3]), int64s([0])], isClosed: true },
    ]),
};

function someAxes(random: Random, rank: number): number[] {
  const all = Array.from({ length: rank }, (_, axis) => axis);
  return random
    .shuffle(all)
    .slice(0, random.int(1, rank))
    .map((axis) => (random.int(0, 1) === 1 ? axis - rank : axis));
}
