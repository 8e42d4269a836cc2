import { int64s } from '../../build.ts';
import type { Tensor } from '../../graph.ts';
import type { Random } from '../random.ts';
import { anyDims, type Draw, type OperatorCase, tensor } from './operator-case.ts';

/** Operators with two operands, and products of matrices. */
export function binaryCases(): Record<string, Draw> {
  // The second operand has one on some axes, or fewer axes: both directions of broadcasting.
  const operands = (random: Random): [Tensor, Tensor] => {
    const whole = anyDims(random);
    const other = whole.map((dim) => random.pick([dim, dim, 1])).slice(random.int(0, whole.length - 1));
    const first = whole.map((dim, axis) => (axis > 0 && random.int(0, 3) === 0 ? 1 : dim));
    return [tensor(random, first), tensor(random, other)];
  };
  const draw: Draw = (random) => ({ inputs: operands(random) });
  const truths: Draw = () => ({
    inputs: [
      { type: 'bool', dims: [3, 1], data: Uint8Array.of(1, 0, 1) },
      { type: 'bool', dims: [2], data: Uint8Array.of(1, 0) },
    ],
  });
  return {
    ...Object.fromEntries(
      [
        'Add',
        'Div',
        'Max',
        'Mean',
        'Min',
        'Mul',
        'Pow',
        'Sub',
        'Sum',
        'Equal',
        'Greater',
        'GreaterOrEqual',
        'Less',
        'LessOrEqual',
      ].map((op): [string, Draw] => [op, draw]),
    ),
    And: truths,
    Or: truths,
    Xor: truths,
    Mod: () => ({ inputs: [int64s([7, 9, -4]), int64s([4])] }),
    PRelu: (random) => ({ inputs: [tensor(random, [3, 4, 2, 2]), tensor(random, [4, 1, 1])] }),
    Where: (random) => ({
      inputs: [
        { type: 'bool', dims: [3, 1, 2], data: Uint8Array.of(1, 0, 1, 1, 0, 0) },
        ...operands(random).map(() => tensor(random, [4, 1])),
      ],
    }),
    MatMul: (random) => {
      const inner = random.int(1, 4);
      return random.pick<Omit<OperatorCase, 'op'>>([
        { inputs: [tensor(random, [3, 2, inner]), tensor(random, [inner, 5])] },
        { inputs: [tensor(random, [3, 1, 2, inner]), tensor(random, [4, inner, 2])] },
        { inputs: [tensor(random, [3, inner]), tensor(random, [inner])] },
        { inputs: [tensor(random, [3]), tensor(random, [2, 3, 4])] },
      ]);
    },
    Gemm: (random) => {
      const [transA, transB] = [random.int(0, 1), random.int(0, 1)];
      return {
        inputs: [
          tensor(random, transA ? [4, 3] : [3, 4]),
          tensor(random, transB ? [2, 4] : [4, 2]),
          tensor(random, [2]),
        ],
        attributes: { transA: { int: transA }, transB: { int: transB } },
      };
    },
    Einsum: (random) =>
      random.pick<Omit<OperatorCase, 'op'>>([
        {
          inputs: [tensor(random, [3, 4, 2]), tensor(random, [3, 2, 5])],
          attributes: { equation: { string: 'bij, bjk -> bik' } },
        },
        {
          inputs: [tensor(random, [3, 4, 2]), tensor(random, [2, 5])],
          attributes: { equation: { string: 'bhc,cd' } },
        },
        { inputs: [tensor(random, [3, 4, 2])], attributes: { equation: { string: 'nij->nji' } } },
      ]),
  };
}
