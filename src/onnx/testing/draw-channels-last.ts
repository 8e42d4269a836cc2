import { floats, int64s, node } from '../build.ts';
import type { Attribute, GraphNode, Model, Tensor } from '../graph.ts';
import { draftModel, positiveTensor, randomTensor } from './draft-model.ts';
import type { Random } from './random.ts';

/** A tensor of the network in the making, with its shape behind the batch. */
interface Value {
  readonly name: string;
  readonly dims: readonly number[];
}

/**
 * Draws a network whose tensors have their channels last, as TensorFlow's do: each convolution and pool is between two transpositions, and
 * everything else works on `[N, height, width, channels]`.
 *
 * @param startsFirst - True for an input `[N, channels, height, width]`, transposed once; else `[N, height, width, channels]`.
 */
export function drawChannelsLast(random: Random, startsFirst: boolean): Model {
  const nodes: GraphNode[] = [];
  const constants: Record<string, Tensor> = {};
  let count = 0;
  const constant = (tensor: Tensor): string => {
    const name = `c${++count}`;
    constants[name] = tensor;
    return name;
  };
  const write = (
    op: string,
    inputs: readonly string[],
    attributes: Record<string, Attribute> = {},
  ): string => {
    const name = `t${++count}`;
    nodes.push(node(op, inputs, [name], attributes));
    return name;
  };
  const transpose = (name: string, perm: readonly number[]): string =>
    write('Transpose', [name], { perm: { ints: perm } });
  const inFirst = (name: string, make: (first: string) => string): string =>
    transpose(make(transpose(name, [0, 3, 1, 2])), [0, 2, 3, 1]);

  const conv = (
    { name, dims: [h = 1, w = 1, c = 1] }: Value,
    filters = random.int(2, 5),
    side = random.pick([1, 3]),
  ): Value => {
    const weights = constant(randomTensor([filters, c, side, side], ++count));
    const pads = Array<number>(4).fill((side - 1) / 2);
    return {
      name: inFirst(name, (first) => write('Conv', [first, weights], { pads: { ints: pads } })),
      dims: [h, w, filters],
    };
  };
  const step: Record<string, (value: Value) => Value> = {
    conv: (value) => conv(value),
    pool: ({ name, dims: [h = 1, w = 1, c = 1] }) => ({
      name: inFirst(name, (first) =>
        write('MaxPool', [first], {
          kernel_shape: { ints: [2, 2] },
          strides: { ints: [2, 2] },
          auto_pad: { string: 'SAME_UPPER' },
        }),
      ),
      dims: [Math.ceil(h / 2), Math.ceil(w / 2), c],
    }),
    norm({ name, dims }) {
      const c = dims[2] ?? 1;
      const made = inFirst(name, (first) =>
        write('BatchNormalization', [
          first,
          constant(randomTensor([c], ++count)),
          constant(randomTensor([c], ++count)),
          constant(randomTensor([c], ++count)),
          constant(positiveTensor([c], ++count)),
        ]),
      );
      return { name: made, dims };
    },
    activation: ({ name, dims }) => ({
      name: write(random.pick(['Relu', 'Sigmoid', 'HardSwish', 'Tanh']), [name]),
      dims,
    }),
    clip: ({ name, dims }) => ({
      name: write('Clip', [name, constant(floats([], [-0.5])), constant(floats([], [0.5]))]),
      dims,
    }),
    bias: ({ name, dims }) => ({
      name: write(random.pick(['Add', 'Mul', 'Sub']), [
        name,
        constant(randomTensor(dims.slice(random.int(0, 2)), ++count)),
      ]),
      dims,
    }),
    slope: ({ name, dims }) => ({
      name: write('PRelu', [name, constant(randomTensor([1, 1, dims[2] ?? 1], ++count))]),
      dims,
    }),
    pad({ name, dims }) {
      const sizes = [0, 1, 2, 0, 0, random.int(0, 1), 1, 0];
      return {
        name: write('Pad', [name, constant(int64s(sizes))]),
        dims: dims.map((dim, axis) => dim + (sizes[axis + 1] ?? 0) + (sizes[axis + 5] ?? 0)),
      };
    },
    residual: (value) => ({
      name: write('Add', [value.name, conv(value, value.dims[2]).name]),
      dims: value.dims,
    }),
    branches(value) {
      const [left, right] = [conv(value), conv(value)];
      const channels = (left.dims[2] ?? 0) + (right.dims[2] ?? 0);
      return {
        name: write('Concat', [left.name, right.name], { axis: { int: random.pick([3, -1]) } }),
        dims: [...value.dims.slice(0, 2), channels],
      };
    },
    // As Keras writes squeeze and excitation: pooled to [N, channels], and brought back by Reshape.
    excite({ name, dims }) {
      const c = dims[2] ?? 1;
      const pooled = write('ReduceMean', [name], { axes: { ints: [1, 2] }, keepdims: { int: 0 } });
      const dense = write('MatMul', [pooled, constant(randomTensor([c, c], ++count))]);
      const shaped = write('Reshape', [write('Sigmoid', [dense]), constant(int64s([-1, 1, 1, c]))]);
      return { name: write('Mul', [name, shaped]), dims };
    },
    // As TensorFlow writes it: pooled to [N, 1, 1, channels], and convolved.
    exciteByConvolution({ name, dims }) {
      const pooled = write('ReduceMean', [name], { axes: { ints: [1, 2] }, keepdims: { int: 1 } });
      const excited = conv({ name: pooled, dims: [1, 1, dims[2] ?? 1] }, dims[2], 1);
      return { name: write('Mul', [name, write('Sigmoid', [excited.name])]), dims };
    },
    halves({ name, dims: [h = 1, w = 1, c = 1] }) {
      if (c % 2 > 0) return { name, dims: [h, w, c] };
      const [left, right] = [`t${++count}`, `t${++count}`];
      nodes.push(node('Split', [name], [left, right], { axis: { int: 3 } }));
      return { name: write('Max', [left, right]), dims: [h, w, c / 2] };
    },
    crop: ({ name, dims: [h = 1, w = 1, c = 1] }) => ({
      name: write('Slice', [
        name,
        constant(int64s([1, 0])),
        constant(int64s([h, w])),
        constant(int64s([1, -2])),
        constant(int64s([1, 2])),
      ]),
      dims: [h - 1, Math.ceil(w / 2), c],
    }),
    resize: ({ name, dims: [h = 1, w = 1, c = 1] }) => ({
      name: write('Resize', [name, '', constant(floats([4], [1, 2, 1, 1]))], { mode: { string: 'nearest' } }),
      dims: [h * 2, w, c],
    }),
    softmax: ({ name, dims }) => ({ name: write('Softmax', [name]), dims }),
  };

  let value: Value = { name: 'x', dims: [8, 9, 3] };
  if (startsFirst) value = { name: transpose('x', [0, 2, 3, 1]), dims: value.dims };
  for (let layer = random.int(4, 10); layer > 0; layer--) {
    const kinds = Object.keys(step).filter((kind) => kind !== 'crop' || (value.dims[0] ?? 0) > 3);
    value = step[random.pick(kinds as [string, ...string[]])]?.(value) ?? value;
  }
  const pooled = write('ReduceMean', [value.name], { axes: { ints: [1, 2] }, keepdims: { int: 0 } });
  write('MatMul', [pooled, constant(randomTensor([value.dims[2] ?? 1, 4], ++count))]);
  return draftModel(startsFirst ? [3, 8, 9] : [8, 9, 3], nodes, constants);
}
