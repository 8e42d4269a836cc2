import { floats, int64s, uint8s } from '../../build.ts';
import type { Attribute } from '../../graph.ts';
import type { Random } from '../random.ts';
import { dims, type Draw, type OperatorCase, tensor } from './operator-case.ts';

/** Operators on pictures. */
export function windowCases(): Record<string, Draw> {
  const window = (random: Random, kernel: readonly number[]): Record<string, Attribute> => {
    const sides = kernel.length;
    const strides = { ints: kernel.map(() => random.int(1, 3)) };
    if (random.int(0, 3) === 0) {
      return {
        kernel_shape: { ints: kernel },
        strides,
        auto_pad: { string: random.pick(['SAME_UPPER', 'SAME_LOWER', 'VALID']) },
      };
    }
    const pads = {
      ints: Array.from({ length: 2 * sides }, (_, side) =>
        Math.min(random.int(0, 2), (kernel[side % sides] ?? 1) - 1),
      ),
    };
    return { kernel_shape: { ints: kernel }, strides, pads };
  };
  const pool =
    (isMax: boolean): Draw =>
    (random) => {
      const kernel = Array.from({ length: random.int(1, 2) }, () => random.int(1, 3));
      const attributes = window(random, kernel);
      const rounds = 'auto_pad' in attributes ? {} : { ceil_mode: { int: random.int(0, 1) } };
      return {
        inputs: [tensor(random, [3, 2, ...kernel.map(() => random.int(4, 9))])],
        attributes: { ...attributes, ...rounds },
        outputs: isMax ? 2 : 1,
      };
    };
  const global: Draw = (random) => ({ inputs: [tensor(random, dims(random, random.int(3, 4)))] });
  const channels: Draw = (random) => ({
    inputs: [tensor(random, [3, 4, 2, 3]), ...[0, 1].map(() => tensor(random, [4]))],
  });
  return {
    Conv: (random) => {
      const kernel = Array.from({ length: random.int(1, 2) }, () => random.int(1, 3));
      const group = random.pick([1, 2]);
      const attributes = window(random, kernel);
      const dilations =
        'auto_pad' in attributes ? {} : { dilations: { ints: kernel.map(() => random.int(1, 2)) } };
      const isNamed = random.int(0, 1) === 1;
      return {
        inputs: [
          tensor(random, [3, 4, ...kernel.map(() => random.int(5, 9))]),
          tensor(random, [6, 4 / group, ...kernel]),
          tensor(random, [6]),
        ],
        attributes: Object.fromEntries(
          Object.entries({ ...attributes, ...dilations, group: { int: group } }).filter(
            ([name]) => isNamed || name !== 'kernel_shape',
          ),
        ),
      };
    },
    ConvTranspose: (random) => {
      const kernel = [random.int(1, 3), random.int(1, 3)];
      const strides = kernel.map(() => random.int(1, 2));
      return {
        inputs: [
          tensor(random, [3, 4, random.int(3, 5), random.int(3, 5)]),
          tensor(random, [4, 3, ...kernel]),
        ],
        attributes: random.pick<Record<string, Attribute>>([
          {
            strides: { ints: strides },
            group: { int: 2 },
            pads: { ints: kernel.map((side) => side - 1).concat([0, 0]) },
          },
          { strides: { ints: [2, 2] }, output_padding: { ints: [1, 0] }, dilations: { ints: [2, 1] } },
          { strides: { ints: [2, 2] }, output_shape: { ints: [9, 8] } },
          { strides: { ints: strides }, auto_pad: { string: 'SAME_UPPER' } },
        ]),
      };
    },
    ConvInteger: (random) => ({
      inputs: [
        uint8s([3, 2, 6, 5], new Uint8Array(180).fill(random.int(1, 9))),
        uint8s([4, 2, 3, 3], new Uint8Array(72).fill(2)),
      ],
      attributes: { strides: { ints: [2, 1] } },
    }),
    MaxPool: pool(true),
    AveragePool: pool(false),
    LpPool: (random) => ({
      inputs: [tensor(random, [3, 2, 7, 8])],
      attributes: { kernel_shape: { ints: [2, 3] }, strides: { ints: [2, 2] } },
    }),
    GlobalAveragePool: global,
    GlobalMaxPool: global,
    GlobalLpPool: global,
    InstanceNormalization: channels,
    BatchNormalization: (random) => ({
      inputs: [
        tensor(random, [3, 4, 2, 3]),
        ...[0, 1, 2].map(() => tensor(random, [4])),
        floats([4], [1, 2, 3, 4]),
      ],
    }),
    LayerNormalization: (random) => ({
      inputs: [tensor(random, [3, 4, 2]), tensor(random, [4, 2])],
      attributes: { axis: { int: random.pick([1, -2]) } },
      outputs: 3,
    }),
    Resize: (random) => {
      const x = tensor(random, [3, 2, random.int(2, 7), random.int(2, 7)]);
      const mode = { mode: { string: 'nearest' } };
      return random.pick<Omit<OperatorCase, 'op'>>([
        {
          inputs: [x, '', floats([4], [1, 1, random.pick([0.5, 1.7, 2]), random.pick([0.34, 3])])],
          attributes: mode,
        },
        { inputs: [x, '', '', int64s([3, 2, random.int(1, 9), random.int(1, 9)])], attributes: mode },
      ]);
    },
    DepthToSpace: (random) => ({
      inputs: [tensor(random, [3, 8, 2, 3])],
      attributes: { blocksize: { int: 2 } },
    }),
    SpaceToDepth: (random) => ({
      inputs: [tensor(random, [3, 2, 4, 6])],
      attributes: { blocksize: { int: 2 } },
    }),
  };
}
