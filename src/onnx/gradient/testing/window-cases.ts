import type { Attribute } from '../../graph.ts';
import type { Random } from '../../testing/random.ts';
import { type DrawGradientCase, distinct, positive, shape, values } from './gradient-case.ts';

/** Operators on pictures. */
export const windowCases: Readonly<Record<string, DrawGradientCase>> = {
  Conv(random) {
    const kernel = Array.from({ length: random.pick([1, 2, 2, 2]) }, () => random.int(1, 3));
    const [groups, channels, filters] = random.pick<[number, number, number]>([
      [1, 3, 4],
      [2, 2, 3],
      [4, 1, 1],
      [3, 1, 2],
    ]);
    const dilations = kernel.map(() => random.pick([1, 1, 2]));
    const padding = drawPadding(random, kernel);
    // On large maps the input's gradient takes another form.
    const isLarge = random.int(0, 2) === 0;
    const hasBias = random.int(0, 1) === 1;
    return {
      inputs: [
        values(random, [3, channels * groups, ...kernel.map(() => (isLarge ? 12 : random.int(5, 8)))]),
        values(random, [filters * groups, channels, ...kernel]),
        ...(hasBias ? [values(random, [filters * groups])] : []),
      ],
      attributes: {
        ...padding,
        ...('auto_pad' in padding ? {} : { dilations: { ints: dilations } }),
        ...(random.int(0, 1) === 1 ? { kernel_shape: { ints: kernel } } : {}),
        strides: { ints: kernel.map(() => (isLarge ? 1 : random.pick([1, 1, 2, 3]))) },
        group: { int: groups },
      },
    };
  },
  MaxPool: (random) => drawPool(random, 'MaxPool'),
  AveragePool: (random) => drawPool(random, 'AveragePool'),
  GlobalAveragePool: (random) => ({ inputs: [values(random, shape(random, random.int(3, 4)))] }),
  BatchNormalization(random) {
    const dims = shape(random, random.int(3, 4));
    const channels = [dims[1] ?? 1];
    return {
      inputs: [
        values(random, dims),
        positive(random, channels),
        values(random, channels),
        values(random, channels),
        positive(random, channels),
      ],
      constant: [3, 4],
      ...(random.int(0, 1) === 1 ? { attributes: { epsilon: { float: 0.1 } } } : {}),
    };
  },
};

function drawPool(random: Random, op: 'MaxPool' | 'AveragePool'): ReturnType<DrawGradientCase> {
  const kernel = Array.from({ length: random.pick([1, 2, 2]) }, () => random.int(1, 3));
  const dims = [3, 2, ...kernel.map(() => random.int(4, 7))];
  const roundsUp = random.int(0, 3) === 0;
  // A window that is rounded up must not begin beyond the map.
  const padding = roundsUp ? {} : drawPadding(random, kernel);
  const countsPads = op === 'AveragePool' && !roundsUp && random.int(0, 1) === 1;
  return {
    inputs: [op === 'MaxPool' ? distinct(random, dims) : values(random, dims)],
    attributes: {
      ...padding,
      kernel_shape: { ints: kernel },
      strides: { ints: kernel.map((side) => Math.min(random.int(1, 3), roundsUp ? side : 3)) },
      ...(roundsUp ? { ceil_mode: { int: 1 } } : {}),
      ...(countsPads ? { count_include_pad: { int: 1 } } : {}),
    },
  };
}

function drawPadding(random: Random, kernel: readonly number[]): Record<string, Attribute> {
  if (random.int(0, 4) === 0) {
    return { auto_pad: { string: random.pick(['SAME_UPPER', 'SAME_LOWER', 'VALID']) } };
  }
  const pads = [...kernel, ...kernel].map((side) => Math.min(random.int(0, 2), side - 1));
  return { pads: { ints: pads } };
}
