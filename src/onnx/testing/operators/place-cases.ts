import { int64s } from '../../build.ts';
import type { Attribute } from '../../graph.ts';
import { type Draw, type OperatorCase, tensor } from './operator-case.ts';

/** Operators that cut, repeat, pick and make values. */
export function placeCases(): Record<string, Draw> {
  return {
    Reshape: (random) => {
      const x = tensor(random, [3, 4, 6]);
      return random.pick<Omit<OperatorCase, 'op'>>([
        { inputs: [x, int64s([0, -1])] },
        { inputs: [x, int64s([-1, 24])] },
        { inputs: [x, int64s([2, -1, 6])] },
        { inputs: [x, int64s([0, 0, 2, 3])] },
        { inputs: [x, int64s([-1])] },
        { inputs: [x, int64s([-1, 0, 3])] },
      ]);
    },
    Slice: (random) => {
      const range = (): number => random.pick([0, 1, -2, 3, 2 ** 40, -(2 ** 40), -1]);
      return {
        inputs: [
          tensor(random, [3, 7, 5]),
          int64s([range(), range()]),
          int64s([range(), range()]),
          int64s(
            random.pick([
              [1, 2],
              [-1, 1],
            ]),
          ),
          int64s([random.pick([1, 2, -1]), random.pick([1, -2])]),
        ],
      };
    },
    Pad: (random) => ({
      inputs: [
        tensor(random, [3, 4, 5]),
        int64s([0, random.int(0, 2), random.int(-1, 2), 0, random.int(0, 3), 1]),
      ],
    }),
    Tile: (random) => ({ inputs: [tensor(random, [3, 2]), int64s([random.int(1, 3), random.int(1, 3)])] }),
    Expand: (random) => ({
      inputs: [tensor(random, [3, 1, 4]), int64s(random.pick([[2, 3, 5, 1], [5, 4], [1], [3, 2, 1]]))],
    }),
    Gather: (random) => {
      const axis = random.pick([1, -2, 2]);
      return {
        inputs: [
          tensor(random, [3, 4, 5]),
          int64s(
            ...random.pick<[number[], number[]]>([
              [[1], []],
              [[0, -1, 2], [3]],
              [
                [0, 1, 2, 3],
                [2, 2],
              ],
            ]),
          ),
        ],
        attributes: { axis: { int: axis } },
      };
    },
    GatherElements: (random) => ({ inputs: [tensor(random, [3, 2]), int64s([0, 1, 0, 0], [2, 2])] }),
    ScatterElements: (random) => ({
      inputs: [tensor(random, [3, 2]), int64s([0, 1], [1, 2]), tensor(random, [1, 2])],
    }),
    ScatterND: (random) => ({
      inputs: [tensor(random, [3, 2]), int64s([0, 1], [1, 2]), tensor(random, [1])],
    }),
    ConstantOfShape: (random) => ({
      inputs: [int64s([2, random.int(1, 4), 2])],
      attributes: random.pick<Record<string, Attribute>>([{}, { value: { tensor: int64s([7]) } }]),
    }),
    Constant: (random) => ({
      inputs: [],
      attributes: random.pick<Record<string, Attribute>>([
        { value: { tensor: tensor(random, [2, 3]) } },
        { value_int: { int: 5 } },
        { value_ints: { ints: [1, 2] } },
        { value_float: { float: 0.5 } },
        { value_floats: { floats: [1, 0.25] } },
      ]),
    }),
    Range: (random) => ({
      inputs: [
        int64s([random.int(-3, 3)], []),
        int64s([random.int(4, 9)], []),
        int64s([random.int(1, 3)], []),
      ],
    }),
  };
}
