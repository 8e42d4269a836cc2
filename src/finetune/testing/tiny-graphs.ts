import { floats, int64s, node } from '../../onnx/build.ts';
import type { GraphNode, Model, Tensor, ValueInfo } from '../../onnx/graph.ts';

/** Sizes of a network `x → dense → relu → dense → logits`. */
export interface TinyShape {
  readonly columns: number;
  readonly hidden: number;
  readonly classes: number;
}

/** The names and shapes of its parameters, in their order. */
export function tinyParameters({ columns, hidden, classes }: TinyShape): Readonly<Record<string, number[]>> {
  return { w1: [hidden, columns], b1: [hidden], w2: [classes, hidden], b2: [classes] };
}

/** The graph of its logits; parameters are inputs. */
export function tinyForward(shape: TinyShape): Model {
  return modelOf(shape, [], forwardNodes, new Map(), [
    { name: 'logits', type: 'float32', dims: ['B', shape.classes] },
  ]);
}

/** The graph of its softmax cross entropy, summed over the rows, with gradients derived by hand. */
export function tinyGradient(shape: TinyShape): Model {
  const rows = { transA: { int: 1 } };
  const nodes = [
    ...forwardNodes,
    node('LogSoftmax', ['logits'], ['logP'], { axis: { int: 1 } }),
    node('Mul', ['logP', 'targets'], ['weighted']),
    node('ReduceSum', ['weighted'], ['likelihood'], { keepdims: { int: 0 } }),
    node('Neg', ['likelihood'], ['loss']),
    node('Exp', ['logP'], ['p']),
    node('Sub', ['p', 'targets'], ['dz']),
    node('Gemm', ['dz', 'h'], ['gradient/w2'], rows),
    node('ReduceSum', ['dz', 'axis0'], ['gradient/b2'], { keepdims: { int: 0 } }),
    node('MatMul', ['dz', 'w2'], ['dh']),
    node('Greater', ['s', 'zero'], ['isActive']),
    node('Cast', ['isActive'], ['active'], { to: { int: 1 } }),
    node('Mul', ['dh', 'active'], ['ds']),
    node('Gemm', ['ds', 'activation'], ['gradient/w1'], rows),
    node('ReduceSum', ['ds', 'axis0'], ['gradient/b1'], { keepdims: { int: 0 } }),
  ];
  const constants = new Map([
    ['axis0', int64s([0])],
    ['zero', floats([], [0])],
  ]);
  return modelOf(
    shape,
    [{ name: 'targets', type: 'float32', dims: ['B', shape.classes] }],
    nodes,
    constants,
    [
      { name: 'loss', type: 'float32', dims: [] },
      { name: 'logits', type: 'float32', dims: ['B', shape.classes] },
      ...Object.entries(tinyParameters(shape)).map(([name, dims]): ValueInfo => ({
        name: `gradient/${name}`,
        type: 'float32',
        dims,
      })),
    ],
  );
}

const forwardNodes = [
  node('Gemm', ['activation', 'w1', 'b1'], ['s'], { transB: { int: 1 } }),
  node('Relu', ['s'], ['h']),
  node('Gemm', ['h', 'w2', 'b2'], ['logits'], { transB: { int: 1 } }),
];

function modelOf(
  shape: TinyShape,
  targets: readonly ValueInfo[],
  nodes: readonly GraphNode[],
  initializers: ReadonlyMap<string, Tensor>,
  outputs: readonly ValueInfo[],
): Model {
  const inputs: ValueInfo[] = [
    { name: 'activation', type: 'float32', dims: ['B', shape.columns] },
    ...targets,
    ...Object.entries(tinyParameters(shape)).map(([name, dims]): ValueInfo => ({
      name,
      type: 'float32',
      dims,
    })),
  ];
  return { opset: 17, metadata: {}, graph: { name: 'tiny', nodes, initializers, inputs, outputs } };
}
