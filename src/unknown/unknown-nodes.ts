import type { HeadNodes } from '../head/head-nodes.ts';
import { floats, int64s, int8s, node } from '../onnx/build.ts';
import type { GraphNode, Tensor } from '../onnx/graph.ts';
import type { Int8Rows } from './int8-rows.ts';
import type { UnknownModel } from './unknown-model.ts';

/**
 * Writes the scores of an {@link UnknownModel} as standard operators: from the tensor `features`, `[N, columns]`, to the tensor
 * `score`, `[N]`. Every name but those two begins with `unknown/`.
 */
export function unknownNodes(model: UnknownModel, features: string, score: string): HeadNodes {
  const { taps, mean, weights, bias, similar, within } = model;
  const initializers = new Map<string, Tensor>([
    ['unknown/mean', floats([weights.columns], mean)],
    ['unknown/least', floats([], [1e-12])],
    ['unknown/taps', int64s(taps)],
    ['unknown/bias', floats([weights.rows], bias)],
  ]);
  const nodes: GraphNode[] = [];
  const add = (
    op: string,
    inputs: string[],
    output: string,
    attributes: GraphNode['attributes'] = {},
  ): string => {
    nodes.push(node(op, inputs, [output], attributes));
    return output;
  };
  const constant = (name: string, value: number): string => {
    initializers.set(name, floats([], [value]));
    return name;
  };
  /** `vectors · matrixᵀ`; without a zero point, which would be 0. */
  const product = (vectors: string, name: string, { rows, columns, values, scales }: Int8Rows): string => {
    initializers.set(`${name}/int8`, int8s([rows, columns], values));
    initializers.set(`${name}/scales`, floats([rows], scales));
    const matrix = add('DequantizeLinear', [`${name}/int8`, `${name}/scales`], name, { axis: { int: 0 } });
    return add('Gemm', [vectors, matrix], `${name}/product`, { transB: { int: 1 } });
  };
  const unitLength = (input: string, output: string): string => {
    const length = add('ReduceL2', [input], `${output}/length`, {
      axes: { ints: [1] },
      keepdims: { int: 1 },
    });
    return add('Div', [input, add('Max', [length, 'unknown/least'], `${output}/divisor`)], output);
  };
  /** `offset − slope · values` */
  const term = (
    values: string,
    name: string,
    { offset, slope }: { offset: number; slope: number },
  ): string => {
    const scaled = add('Mul', [values, constant(`${name}/slope`, slope)], `${name}/scaled`);
    return add('Sub', [constant(`${name}/offset`, offset), scaled], `${name}/term`);
  };

  const centred = add('Sub', [features, 'unknown/mean'], 'unknown/centred');
  const parts = taps.length === 1 ? [centred] : taps.map((_, tap) => `unknown/tap/${tap}`);
  if (taps.length > 1) nodes.push(node('Split', [centred, 'unknown/taps'], parts, { axis: { int: 1 } }));
  const units = parts.map((part, tap) => unitLength(part, `unknown/unit/${tap}`));
  const [first = ''] = units;
  const last = units.at(-1) ?? first;
  const unit = taps.length === 1 ? first : add('Concat', units, 'unknown/unit', { axis: { int: 1 } });

  const distances = add(
    'Sub',
    ['unknown/bias', product(unit, 'unknown/weights', weights)],
    'unknown/distances',
  );
  const nearest = add('ReduceMin', [distances], 'unknown/nearest', acrossRow);

  const place = product(unit, 'unknown/directions', similar.directions);
  const similarity = product(place, 'unknown/photos', similar.photos);
  const unlike = term(
    add('ReduceMax', [similarity], 'unknown/most_similar', acrossRow),
    'unknown/similar',
    similar,
  );

  const lastPlace =
    within.directions === similar.directions
      ? place
      : product(last, 'unknown/last_directions', within.directions);
  const inside = add('ReduceSumSquare', [lastPlace], 'unknown/inside', acrossRow);
  const outside = add('Relu', [term(inside, 'unknown/within', within)], 'unknown/outside');

  add('Add', [add('Add', [nearest, unlike], 'unknown/near'), outside], score);
  if (taps.length === 1) initializers.delete('unknown/taps');
  return { nodes, initializers };
}

const acrossRow = { axes: { ints: [1] }, keepdims: { int: 0 } };
