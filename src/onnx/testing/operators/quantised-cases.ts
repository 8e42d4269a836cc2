import { elementCount, floats, int32s, int8s, uint8s } from '../../build.ts';
import type { Tensor } from '../../graph.ts';
import { type Draw, type OperatorCase, tensor } from './operator-case.ts';

/** Quantised operators. */
export function quantisedCases(): Record<string, Draw> {
  const scale = floats([], [0.02]);
  const zero = uint8s([], [100]);
  const steps = (dims: readonly number[]): Tensor =>
    uint8s(
      dims,
      Uint8Array.from({ length: elementCount(dims) }, (_, at) => (at * 37) % 256),
    );
  return {
    QuantizeLinear: (random) => {
      const x = tensor(random, [3, 2, 4]);
      return random.pick<Omit<OperatorCase, 'op'>>([
        { inputs: [x, scale] },
        { inputs: [x, scale, int8s([], [3])] },
        { inputs: [x, floats([2], [0.1, 0.2]), uint8s([2], [1, 2])], attributes: { axis: { int: 1 } } },
      ]);
    },
    DynamicQuantizeLinear: (random) => ({ inputs: [tensor(random, [3, 2, 4])], outputs: 3 }),
    DequantizeLinear: (random) =>
      random.pick<Omit<OperatorCase, 'op'>>([
        { inputs: [steps([3, 5]), scale, zero] },
        { inputs: [int32s([1, 2, 3]), scale] },
      ]),
    QLinearConv: () => ({
      inputs: [steps([3, 2, 6, 5]), scale, zero, steps([4, 2, 3, 3]), scale, zero, scale, zero],
      attributes: { pads: { ints: [1, 1, 1, 1] }, strides: { ints: [2, 1] } },
    }),
    QLinearMatMul: () => ({
      inputs: [steps([3, 2, 4]), scale, zero, steps([4, 5]), scale, zero, scale, zero],
    }),
    MatMulInteger: () => ({ inputs: [steps([3, 2, 4]), steps([4, 5])] }),
  };
}
