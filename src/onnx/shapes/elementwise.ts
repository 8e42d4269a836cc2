import type { ElementType, GraphNode } from '../graph.ts';
import { elementTypeOf } from '../element-types.ts';
import { intAttribute } from '../attributes.ts';
import { broadcastPlaces } from '../index-maps.ts';
import { broadcastDims } from './broadcast.ts';
import type { Dimension } from './dimension.ts';
import { fewElements, numericDims, type TensorFacts, withValues } from './facts.ts';
import type { OutputFacts, ShapeRule } from './rule.ts';
import { binaryValues, castValue, comparisonValues, unaryValues } from './values.ts';

const unary = [
  ...['Abs', 'Acos', 'Acosh', 'Asin', 'Asinh', 'Atan', 'Atanh', 'Ceil', 'Celu', 'Cos', 'Cosh', 'Elu'],
  ...[
    'Erf',
    'Exp',
    'Floor',
    'HardSigmoid',
    'HardSwish',
    'Identity',
    'LeakyRelu',
    'Log',
    'Neg',
    'Not',
    'Reciprocal',
  ],
  ...[
    'Relu',
    'Round',
    'Selu',
    'Shrink',
    'Sigmoid',
    'Sign',
    'Sin',
    'Sinh',
    'Softplus',
    'Softsign',
    'Sqrt',
    'Tan',
  ],
  ...['Tanh', 'ThresholdedRelu', 'Clip', 'CumSum', 'Trilu'],
];
const binary = [
  'Add',
  'And',
  'Div',
  'Max',
  'Mean',
  'Min',
  'Mod',
  'Mul',
  'Or',
  'PRelu',
  'Pow',
  'Sub',
  'Sum',
  'Xor',
];
const comparisons = ['Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual'];

/** Operators that work on each element by itself, with numpy's broadcasting. */
export const elementwiseRules: Readonly<Record<string, ShapeRule>> = {
  ...Object.fromEntries(unary.map((op) => [op, unaryRule])),
  ...Object.fromEntries(binary.map((op) => [op, binaryRule])),
  ...Object.fromEntries(comparisons.map((op) => [op, comparisonRule])),
  IsInf: (_, [x]) => [x && { type: 'bool', dims: x.dims }],
  IsNaN: (_, [x]) => [x && { type: 'bool', dims: x.dims }],
  Cast: castRule,
  CastLike: (_, [x, like]) => [x && like && cast(x, like.type)],
  Where: whereRule,
};

function unaryRule({ op }: GraphNode, [x]: readonly (TensorFacts | undefined)[]): OutputFacts {
  const compute = unaryValues[op];
  const values = compute && x?.values?.map((value) => compute(value));
  return [x && withValues(x.type, x.dims, values)];
}

function binaryRule({ op }: GraphNode, inputs: readonly (TensorFacts | undefined)[]): OutputFacts {
  const known = allOf(inputs);
  const [first] = known ?? [];
  if (known === undefined || first === undefined) return [];
  const compute = binaryValues[op];
  const { type } = first;
  return [elementwise(type, known, compute && ((values) => values.reduce((a, b) => compute(a, b, type))))];
}

function comparisonRule({ op }: GraphNode, inputs: readonly (TensorFacts | undefined)[]): OutputFacts {
  const known = allOf(inputs);
  const compute = comparisonValues[op];
  if (known === undefined || compute === undefined) return [];
  return [elementwise('bool', known, ([a = '', b = '']) => compute(a, b))];
}

function castRule(node: GraphNode, [x]: readonly (TensorFacts | undefined)[]): OutputFacts {
  const type = elementTypeOf(intAttribute(node, 'to', 0));
  return [x && type && cast(x, type)];
}

function cast({ type: from, dims, values }: TensorFacts, to: ElementType): TensorFacts {
  return withValues(
    to,
    dims,
    values?.map((value) => castValue(value, from, to)),
  );
}

function whereRule(_: GraphNode, inputs: readonly (TensorFacts | undefined)[]): OutputFacts {
  const known = allOf(inputs);
  const type = inputs[1]?.type;
  if (known === undefined || type === undefined) return [];
  return [
    elementwise(type, known, ([condition = '', a = '', b = '']) => {
      if (condition === '') return a === b ? a : '';
      return condition === 0 ? b : a;
    }),
  ];
}

function elementwise(
  type: ElementType,
  inputs: readonly TensorFacts[],
  compute: ((values: readonly Dimension[]) => Dimension) | undefined,
): TensorFacts {
  const dims = broadcastDims(inputs.map((input) => input.dims));
  const sizes = numericDims(dims);
  const count = fewElements(dims);
  if (sizes === undefined || compute === undefined || count === undefined) return { type, dims };
  if (inputs.some(({ values }) => values === undefined)) return { type, dims };
  const places = inputs.map((input) => broadcastPlaces(sizes, numericDims(input.dims) ?? []));
  const values = Array.from({ length: count }, (_, at) =>
    compute(inputs.map(({ values }, index) => values?.[places[index]?.[at] ?? 0] ?? '')),
  );
  return withValues(type, dims, values);
}

function allOf(inputs: readonly (TensorFacts | undefined)[]): readonly TensorFacts[] | undefined {
  return inputs.length > 0 && inputs.every((input) => input !== undefined) ? inputs : undefined;
}
