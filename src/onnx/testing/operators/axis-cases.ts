import { int64s } from '../../build.ts';
import type { Random } from '../random.ts';
import { anyDims, dims, type Draw, type OperatorCase, tensor } from './operator-case.ts';

/** Operators that name axes. */
export function axisCases(): Record<string, Draw> {
  const someAxes = (random: Random, rank: number): number[] => {
    const all = Array.from({ length: rank }, (_, axis) => axis);
    return random
      .shuffle(all)
      .slice(0, random.int(1, rank))
      .map((axis) => (random.int(0, 1) === 1 ? axis - rank : axis));
  };
  const reduce: Draw = (random) => {
    const x = tensor(random, anyDims(random));
    const keepdims = { keepdims: { int: random.int(0, 1) } };
    return {
      inputs: [x],
      attributes:
        random.int(0, 4) === 0 ? keepdims : { ...keepdims, axes: { ints: someAxes(random, x.dims.length) } },
    };
  };
  const argument: Draw = (random) => ({
    inputs: [tensor(random, dims(random, 3))],
    attributes: { axis: { int: random.int(-3, 2) }, keepdims: { int: random.int(0, 1) } },
  });
  return {
    ...Object.fromEntries(
      [
        'ReduceL1',
        'ReduceL2',
        'ReduceLogSum',
        'ReduceLogSumExp',
        'ReduceMax',
        'ReduceMean',
        'ReduceMin',
        'ReduceProd',
        'ReduceSumSquare',
      ].map((op): [string, Draw] => [op, reduce]),
    ),
    ReduceSum: (random) => {
      const x = tensor(random, anyDims(random));
      return {
        inputs: random.int(0, 3) === 0 ? [x] : [x, int64s(someAxes(random, x.dims.length))],
        attributes: { keepdims: { int: random.int(0, 1) } },
      };
    },
    ArgMax: argument,
    ArgMin: argument,
    TopK: (random) => ({
      inputs: [tensor(random, [3, 5, 4]), int64s([random.int(1, 4)])],
      attributes: { axis: { int: random.pick([1, -1]) } },
      outputs: 2,
    }),
    Concat: (random) => {
      const own = dims(random, 3);
      const axis = random.int(0, 2);
      const other = own.map((dim, at) => (at === axis ? random.int(1, 4) : dim));
      return {
        inputs: [tensor(random, own), tensor(random, other), tensor(random, own)],
        attributes: { axis: { int: random.pick([axis, axis - 3]) } },
      };
    },
    Split: (random) =>
      random.pick<Omit<OperatorCase, 'op'>>([
        { inputs: [tensor(random, [3, 6, 2])], attributes: { axis: { int: 1 } }, outputs: 3 },
        {
          inputs: [tensor(random, [3, 6, 2]), int64s([1, 5])],
          attributes: { axis: { int: -2 } },
          outputs: 2,
        },
        { inputs: [tensor(random, [3, 2]), int64s([1, 2])], outputs: 2 },
      ]),
    Transpose: (random) => {
      const own = anyDims(random);
      const perm = random.shuffle(own.map((_, axis) => axis));
      return {
        inputs: [tensor(random, own)],
        ...(random.int(0, 3) === 0 ? {} : { attributes: { perm: { ints: perm } } }),
      };
    },
    Squeeze: (random) =>
      random.pick<Omit<OperatorCase, 'op'>>([
        { inputs: [tensor(random, [3, 1, 4, 1]), int64s([-1, 1])] },
        { inputs: [tensor(random, [3, 1, 4, 1]), int64s([1])] },
      ]),
    Unsqueeze: (random) => ({
      inputs: [tensor(random, anyDims(random)), int64s(random.pick([[0], [1, -1], [-1]]))],
    }),
    Flatten: (random) => {
      const own = anyDims(random);
      return {
        inputs: [tensor(random, own)],
        attributes: { axis: { int: random.int(-own.length, own.length) } },
      };
    },
  };
}
