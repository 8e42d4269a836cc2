import { floats } from '../../build.ts';
import type { Tensor } from '../../graph.ts';
import type { Random } from '../../testing/random.ts';
import {
  type Attributes,
  besideBends,
  distinct,
  type DrawGradientCase,
  positive,
  shape,
  values,
} from './gradient-case.ts';

/** Operators that work on each element by itself. */
export const elementwiseCases: Readonly<Record<string, DrawGradientCase>> = {
  Add: (random) => ({ inputs: operands(random, values) }),
  Sub: (random) => ({ inputs: operands(random, values) }),
  Mul: (random) => ({ inputs: operands(random, values) }),
  Div: (random) => ({ inputs: operands(random, positive) }),
  Max(random) {
    if (random.int(0, 1) === 1) return { inputs: operands(random, besideBends, evenBounds), constant: [1] };
    // All values differ, also those of the two operands.
    const both = distinct(random, [3, 2, 4]).data as Float32Array;
    return { inputs: [floats([3, 4], both.slice(0, 12)), floats([3, 4], both.slice(12))] };
  },
  Sum: (random) => ({ inputs: [...operands(random, values), values(random, [1])] }),
  Tanh: (random) => ({ inputs: [values(random, shape(random))] }),
  Erf: (random) => ({ inputs: [values(random, shape(random))] }),
  Pow: (random) => ({
    inputs: [positive(random, shape(random)), floats([], [random.pick([2, 0.5, -1, 3])])],
    constant: [1],
  }),
  Relu: (random) => ({ inputs: [besideBends(random, shape(random))] }),
  LeakyRelu: (random) => ({
    inputs: [besideBends(random, shape(random))],
    attributes: random.pick<Attributes>([{}, { alpha: { float: 0.2 } }, { alpha: { float: -0.5 } }]),
  }),
  Clip: (random) => ({
    inputs: [
      besideBends(random, [3, 4, 3]),
      ...random.pick<(Tensor | '')[]>([
        [floats([], [0]), floats([], [2])],
        [floats([], [-1.2]), floats([], [0.6])],
        [floats([], [-0.4])],
        ['', floats([], [0.8])],
        [],
      ]),
    ],
    constant: [1, 2],
  }),
  Sigmoid: (random) => ({ inputs: [besideBends(random, shape(random))] }),
  HardSigmoid: (random) => ({
    inputs: [besideBends(random, [3, 4, 3])],
    attributes: {
      alpha: { float: random.pick([0.25, 0.5]) },
      ...random.pick([{}, { beta: { float: 0.5 } }]),
    },
  }),
  HardSwish: (random) => ({ inputs: [besideBends(random, [3, 4, 3])] }),
  Neg: (random) => ({ inputs: [values(random, shape(random))] }),
  Sqrt: (random) => ({ inputs: [positive(random, shape(random))] }),
  Softplus: (random) => ({ inputs: [values(random, shape(random))] }),
  Exp: (random) => ({ inputs: [values(random, shape(random))] }),
  Log: (random) => ({ inputs: [positive(random, shape(random))] }),
  Identity: (random) => ({ inputs: [values(random, shape(random))] }),
  Cast: (random) => ({ inputs: [values(random, shape(random))], attributes: { to: { int: 1 } } }),
};

type DrawTensor = (random: Random, dims: readonly number[]) => Tensor;

/** Two operands; one may have an axis of one where the other has more, and the second may lack the first axes. */
function operands(random: Random, draw: DrawTensor, drawSecond: DrawTensor = draw): [Tensor, Tensor] {
  const whole = shape(random);
  const first = whole.map((dim, axis) => (axis > 0 && random.int(0, 3) === 0 ? 1 : dim));
  const second = whole.map((dim) => random.pick([dim, dim, 1])).slice(random.int(0, whole.length - 1));
  return [draw(random, first), drawSecond(random, second)];
}

function evenBounds(random: Random, dims: readonly number[]): Tensor {
  const drawn = besideBends(random, dims);
  return floats(
    dims,
    (drawn.data as Float32Array).map((value) => value + 0.1),
  );
}
