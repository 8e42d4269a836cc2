import { floats, node } from '../src/onnx/build.ts';
import type { GraphNode, Model, Tensor } from '../src/onnx/graph.ts';
import { draftModel, randomTensor } from '../src/onnx/testing/draft-model.ts';

/** The last three blocks of Inception v3 with random weights, a head of five classes, and softmax cross entropy. */
export interface Mixed7 {
  readonly model: Model;
  readonly parameters: readonly string[];
  /** The part of the multiply-adds in the two layers that read the input. */
  readonly lowest: number;
}

/** What a convolution does beside its channels. */
interface Kernel {
  readonly height: number;
  readonly width: number;
  readonly stride?: number;
}

const one: Kernel = { height: 1, width: 1 };
const wide: Kernel = { height: 1, width: 3 };
const high: Kernel = { height: 3, width: 1 };
const square: Kernel = { height: 3, width: 3 };
const halving: Kernel = { height: 3, width: 3, stride: 2 };

/** Drafts the blocks: `x` `[N, 768, 17, 17]` and `targets` `[N, 5]` in, `loss` out. */
export function draftMixed7(): Mixed7 {
  const nodes: GraphNode[] = [];
  const constants: Record<string, Tensor> = { zero: floats([], [0]), six: floats([], [6]) };
  const parameters: string[] = [];
  const counted = { all: 0, lowest: 0 };
  const channelsOf = new Map([['x', 768]]);
  const sideOf = new Map([['x', 17]]);

  const weigh = (name: string, dims: readonly number[], scale: number): string => {
    const drawn = randomTensor(dims, parameters.length + 1);
    constants[name] = floats(
      dims,
      (drawn.data as Float32Array).map((value) => value * scale),
    );
    parameters.push(name);
    return name;
  };
  const conv = (x: string, filters: number, { height, width, stride = 1 }: Kernel): string => {
    const [channels, side] = [channelsOf.get(x) ?? 0, sideOf.get(x) ?? 0];
    const name = `conv${parameters.length / 2}`;
    const weights = weigh(
      `${name}/weights`,
      [filters, channels, height, width],
      Math.sqrt(6 / (channels * height * width)),
    );
    const before = stride === 1 ? [(height - 1) / 2, (width - 1) / 2] : [0, 0];
    nodes.push(
      node('Conv', [x, weights, weigh(`${name}/bias`, [filters], 0.1)], [`${name}/sums`], {
        kernel_shape: { ints: [height, width] },
        strides: { ints: [stride, stride] },
        pads: { ints: [...before, ...before] },
      }),
      node('Clip', [`${name}/sums`, 'zero', 'six'], [name]),
    );
    const after = stride === 1 ? side : Math.floor((side - 3) / stride) + 1;
    channelsOf.set(name, filters);
    sideOf.set(name, after);
    const cost = channels * filters * height * width * after * after;
    counted.all += cost;
    if (x === 'x') counted.lowest += cost;
    return name;
  };
  const pool = (op: 'MaxPool' | 'AveragePool', x: string, stride: number, pad: number): string => {
    const name = `${x}/${op}`;
    const sides = {
      kernel_shape: { ints: [3, 3] },
      strides: { ints: [stride, stride] },
      pads: { ints: [pad, pad, pad, pad] },
    };
    nodes.push(node(op, [x], [name], sides));
    channelsOf.set(name, channelsOf.get(x) ?? 0);
    sideOf.set(name, Math.floor(((sideOf.get(x) ?? 0) + 2 * pad - 3) / stride) + 1);
    return name;
  };
  const join = (name: string, parts: readonly string[]): string => {
    nodes.push(node('Concat', parts, [name], { axis: { int: 1 } }));
    channelsOf.set(
      name,
      parts.reduce((sum, part) => sum + (channelsOf.get(part) ?? 0), 0),
    );
    sideOf.set(name, sideOf.get(parts[0] ?? '') ?? 0);
    return name;
  };
  const block = (name: string, x: string): string => {
    const fork = conv(x, 384, one);
    const deep = conv(conv(x, 448, one), 384, square);
    return join(name, [
      conv(x, 320, one),
      ...[fork, deep].flatMap((part) => [conv(part, 384, wide), conv(part, 384, high)]),
      conv(pool('AveragePool', x, 1, 1), 192, one),
    ]);
  };

  const across = conv(conv(conv('x', 192, one), 192, { height: 1, width: 7 }), 192, { height: 7, width: 1 });
  const first = join('7a', [
    conv(conv('x', 192, one), 320, halving),
    conv(across, 192, halving),
    pool('MaxPool', 'x', 2, 0),
  ]);
  const last = block('7c', block('7b', first));
  nodes.push(
    node('ReduceMean', [last], ['features'], { axes: { ints: [2, 3] }, keepdims: { int: 0 } }),
    node('MatMul', ['features', weigh('head', [2048, 5], 0.02)], ['logits']),
    node('LogSoftmax', ['logits'], ['logarithms'], { axis: { int: 1 } }),
    node('Mul', ['logarithms', 'targets'], ['products']),
    node('ReduceSum', ['products'], ['sum'], { keepdims: { int: 0 } }),
    node('Neg', ['sum'], ['loss']),
  );
  const { graph, ...rest } = draftModel([768, 17, 17], nodes, constants, ['loss']);
  const targets = { name: 'targets', type: 'float32', dims: ['N', 5] } as const;
  const outputs = [{ name: 'loss', type: 'float32', dims: [] }] as const;
  return {
    model: { ...rest, graph: { ...graph, inputs: [...graph.inputs, targets], outputs } },
    parameters,
    lowest: counted.lowest / counted.all,
  };
}
