import { intAttribute, isOperator, isStandard } from './attributes.ts';
import type { GraphNode, Model, Tensor } from './graph.ts';

/** Real numbers from `low` to `high`, both included; ±Infinity where there is no bound. */
export interface ValueRange {
  readonly low: number;
  readonly high: number;
}

/**
 * Tells between which numbers each float32 tensor of a graph lies, whatever its inputs are, as far as that follows from clipping, rectifying, dequantising
 * and what keeps to the range of what it reads. Tensors without a bound are absent.
 */
export function valueRanges({ graph }: Model): ReadonlyMap<string, ValueRange> {
  const ranges = new Map<string, ValueRange>();
  for (const node of graph.nodes) {
    const range = isStandard(node) ? rangeAfter(node, ranges, graph.initializers) : undefined;
    const isBound = range !== undefined && (range.low > -Infinity || range.high < Infinity);
    // Of several outputs only the first holds values that were read, but for Split.
    const results = isOperator(node, 'Split') ? node.outputs : node.outputs.slice(0, 1);
    if (isBound) for (const name of results) ranges.set(name, range);
  }
  return ranges;
}

const levelsOf: Readonly<Record<string, ValueRange>> = {
  uint8: { low: 0, high: 255 },
  int8: { low: -128, high: 127 },
};
const everything: ValueRange = { low: -Infinity, high: Infinity };

/** Operators that move numbers, choose among them or average them. */
const keeping = new Set([
  ...['Identity', 'Transpose', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Slice', 'Split', 'Gather'],
  ...[
    'Expand',
    'Tile',
    'MaxPool',
    'GlobalMaxPool',
    'GlobalAveragePool',
    'ReduceMean',
    'ReduceMax',
    'ReduceMin',
  ],
  ...['DepthToSpace', 'SpaceToDepth', 'Dropout'],
]);

function rangeAfter(
  node: GraphNode,
  ranges: ReadonlyMap<string, ValueRange>,
  constants: ReadonlyMap<string, Tensor>,
): ValueRange | undefined {
  const read = node.inputs.map((name) => ranges.get(name) ?? everything);
  const [first = everything] = read;
  if (keeping.has(node.op)) return first;
  switch (node.op) {
    case 'Clip': {
      const [, low = '', high = ''] = node.inputs;
      return intersect(first, { low: bound(low, -Infinity), high: bound(high, Infinity) });
    }
    case 'DequantizeLinear': {
      const [, scale = '', zero = ''] = node.inputs;
      const levels = levelsOf[constants.get(zero)?.type ?? ''];
      const at = (level: number): number => bound(scale, NaN) * (level - bound(zero, NaN));
      const range = levels && { low: at(levels.low), high: at(levels.high) };
      return range && Number.isFinite(range.low) && Number.isFinite(range.high) ? range : undefined;
    }
    case 'Relu':
      return { low: Math.max(0, first.low), high: Math.max(0, first.high) };
    case 'Sigmoid':
    case 'HardSigmoid':
    case 'Softmax':
      return { low: 0, high: 1 };
    case 'Tanh':
      return { low: -1, high: 1 };
    case 'Concat':
      return {
        low: Math.min(...read.map(({ low }) => low)),
        high: Math.max(...read.map(({ high }) => high)),
      };
    case 'AveragePool':
      // The padding that is counted is 0.
      return intAttribute(node, 'count_include_pad', 0) === 0
        ? first
        : { low: Math.min(0, first.low), high: Math.max(0, first.high) };
    default:
      return undefined;
  }

  function bound(name: string, absent: number): number {
    const tensor = constants.get(name);
    return name !== '' && tensor?.data.length === 1 ? Number(tensor.data[0]) : absent;
  }
}

function intersect(a: ValueRange, b: ValueRange): ValueRange {
  // As Clip does where its bounds lie outside: the upper one wins.
  const high = Math.min(a.high, b.high);
  return { low: Math.min(high, Math.max(a.low, b.low)), high };
}
