import { floats, int64s } from '../../build.ts';
import type { Attribute } from '../../graph.ts';
import { anyDims, dims, type Draw, tensor } from './operator-case.ts';

/** Operators with one operand, and others that keep its shape. */
export function unaryCases(): Record<string, Draw> {
  const ops = [
    ...[
      'Abs',
      'Acos',
      'Acosh',
      'Asin',
      'Asinh',
      'Atan',
      'Atanh',
      'Ceil',
      'Celu',
      'Cos',
      'Cosh',
      'Elu',
      'Erf',
      'Exp',
    ],
    ...[
      'Floor',
      'HardSigmoid',
      'HardSwish',
      'Identity',
      'LeakyRelu',
      'Log',
      'Neg',
      'Reciprocal',
      'Relu',
      'Round',
    ],
    ...['Selu', 'Shrink', 'Sigmoid', 'Sign', 'Sin', 'Sinh', 'Softplus', 'Softsign', 'Sqrt', 'Tan', 'Tanh'],
    ...['ThresholdedRelu', 'IsInf', 'IsNaN', 'Softmax', 'LogSoftmax', 'Hardmax', 'LpNormalization'],
  ];
  const bools: Draw = () => ({
    inputs: [{ type: 'bool', dims: [3, 2], data: Uint8Array.of(1, 0, 0, 1, 1, 1) }],
  });
  return {
    ...Object.fromEntries(
      ops.map((op): [string, Draw] => [op, (random) => ({ inputs: [tensor(random, anyDims(random))] })]),
    ),
    Not: bools,
    Clip: (random) => ({ inputs: [tensor(random, anyDims(random)), floats([], [-0.5]), ''] }),
    CumSum: (random) => ({ inputs: [tensor(random, dims(random, 3)), int64s([1], [])] }),
    Trilu: (random) => ({ inputs: [tensor(random, dims(random, 3))] }),
    Cast: (random) => ({
      inputs: [tensor(random, anyDims(random))],
      attributes: { to: { int: random.pick([1, 2, 3, 6, 7, 9, 11]) } },
    }),
    CastLike: (random) => ({ inputs: [tensor(random, anyDims(random)), int64s([1])] }),
    Dropout: (random) => ({ inputs: [tensor(random, anyDims(random))], outputs: 2 }),
    LRN: (random) => ({ inputs: [tensor(random, dims(random, 4))], attributes: { size: { int: 3 } } }),
    MeanVarianceNormalization: (random) => ({ inputs: [tensor(random, dims(random, 4))] }),
    Shape: (random) => ({
      inputs: [tensor(random, dims(random, 4))],
      attributes: random.pick<Record<string, Attribute>>([
        {},
        { start: { int: 1 } },
        { start: { int: -3 }, end: { int: 3 } },
      ]),
    }),
    Size: (random) => ({ inputs: [tensor(random, anyDims(random))] }),
  };
}
