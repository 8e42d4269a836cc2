import { floats, int64s, int8s, node } from '../onnx/build.ts';
import type { GraphNode, Tensor } from '../onnx/graph.ts';
import type { HeadNodes } from '../head/head-nodes.ts';
import type { Int8Rows } from './int8-rows.ts';
import type { UnknownModel } from './unknown-model.ts';

/**
 * Writes the scores of an {@link UnknownModel} as standard operators: from the tensor `features`, `[N, columns]`, to the tensor
 * `score`, `[N]`. Every name but those two begins with `unknown/`.
 */
export function unknownNodes(model: UnknownModel, features: string, score: string): HeadNodes {
  const { weights, directions } = model;
  const first = weights.columns - directions.columns;
  const scaled = 'unknown/scaled';
  const last = first === 0 ? scaled : 'unknown/last';
  const initializers = new Map<string, Tensor>([
    ['unknown/mean', floats([weights.columns], model.mean)],
    ['unknown/inverse_scale', floats([weights.columns], model.inverseScale)],
    ['unknown/least', floats([], [1e-12])],
    ['unknown/bias', floats([weights.rows], model.bias)],
    ['unknown/slope', floats([], [model.slope])],
    ['unknown/offset', floats([], [model.offset])],
    ...int8Tensors('unknown/weights', weights),
    ...int8Tensors('unknown/directions', directions),
  ]);
  const nodes: GraphNode[] = [
    node('Sub', [features, 'unknown/mean'], ['unknown/centred']),
    node('Mul', ['unknown/centred', 'unknown/inverse_scale'], [scaled]),
    ...unitLength(scaled, 'unknown/unit'),
    ...dequantise('unknown/weights'),
    node('Gemm', ['unknown/unit', 'unknown/weights'], ['unknown/products'], { transB: { int: 1 } }),
    node('Sub', ['unknown/bias', 'unknown/products'], ['unknown/distances']),
    node('ReduceMin', ['unknown/distances'], ['unknown/nearest'], overClasses),
    ...dequantise('unknown/directions'),
    node('Gemm', ['unknown/last_unit', 'unknown/directions'], ['unknown/shares'], { transB: { int: 1 } }),
    node('ReduceSumSquare', ['unknown/shares'], ['unknown/within'], overClasses),
    node('Mul', ['unknown/within', 'unknown/slope'], ['unknown/inside']),
    node('Sub', ['unknown/offset', 'unknown/inside'], ['unknown/outside']),
    node('Add', ['unknown/nearest', 'unknown/outside'], [score]),
  ];
  const lastNodes = unitLength(last, 'unknown/last_unit');
  if (first > 0) {
    initializers.set('unknown/first', int64s([first]));
    initializers.set('unknown/end', int64s([weights.columns]));
    initializers.set('unknown/axis', int64s([1]));
    lastNodes.unshift(node('Slice', [scaled, 'unknown/first', 'unknown/end', 'unknown/axis'], [last]));
  }
  nodes.splice(2, 0, ...lastNodes);
  return { nodes, initializers };
}

const overClasses = { axes: { ints: [1] }, keepdims: { int: 0 } };

function unitLength(input: string, output: string): GraphNode[] {
  return [
    node('ReduceL2', [input], [`${output}/length`], { axes: { ints: [1] }, keepdims: { int: 1 } }),
    node('Max', [`${output}/length`, 'unknown/least'], [`${output}/divisor`]),
    node('Div', [input, `${output}/divisor`], [output]),
  ];
}

function int8Tensors(name: string, { rows, columns, values, scales }: Int8Rows): [string, Tensor][] {
  return [
    [`${name}/int8`, int8s([rows, columns], values)],
    [`${name}/scales`, floats([rows], scales)],
  ];
}

/** Without a zero point, which would be 0. */
function dequantise(name: string): GraphNode[] {
  const axis = { axis: { int: 0 } };
  return [node('DequantizeLinear', [`${name}/int8`, `${name}/scales`], [name], axis)];
}
