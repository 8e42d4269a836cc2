import { floats, int64s } from '../../onnx/build.ts';
import type { GraphNode, Tensor } from '../../onnx/graph.ts';
import {
  floatOf,
  floatsOf,
  inputOf,
  intOf,
  intsOf,
  stringOf,
  withInputs,
  without,
} from './attribute-values.ts';
import {
  type ConversionContext,
  type ConversionTable,
  type Convert,
  refuse,
  replacement,
} from './conversion.ts';
import { addConstant } from './draft.ts';

/**
 * The operators whose form or meaning changed between the operator sets 7 and 17; what is not here only learnt other element types, or got
 * attributes whose defaults mean what it did before.
 * Source: https://github.com/onnx/onnx/blob/main/docs/Changelog.md
 */
export const conversionsUp: ConversionTable = {
  BatchNormalization: [{ since: 9, convert: batchNormalizationTo9 }],
  Clip: [{ since: 11, convert: clipTo11 }],
  Hardmax: [{ since: 13, convert: flattenedTo13 }],
  LogSoftmax: [{ since: 13, convert: flattenedTo13 }],
  Pad: [{ since: 11, convert: padTo11 }],
  ReduceSum: [{ since: 13, convert: axesToInput }],
  Resize: [
    { since: 11, convert: resizeTo11 },
    { since: 13, convert: resizeTo13 },
  ],
  RoiAlign: [{ since: 16, convert: roiAlignTo16 }],
  Scatter: [{ since: 11, convert: (node) => [{ ...node, op: 'ScatterElements' }] }],
  Slice: [{ since: 10, convert: sliceTo10 }],
  Softmax: [{ since: 13, convert: flattenedTo13 }],
  Split: [{ since: 13, convert: splitTo13 }],
  Squeeze: [{ since: 13, convert: axesToInput }],
  TopK: [{ since: 10, convert: topKTo10 }],
  Unsqueeze: [{ since: 13, convert: axesToInput }],
  Upsample: [
    { since: 9, convert: upsampleTo9 },
    { since: 10, convert: (node) => [{ ...node, op: 'Resize' }] },
  ],
};

function batchNormalizationTo9(node: GraphNode, context: ConversionContext): readonly GraphNode[] {
  if (intOf(node, 'spatial') === 0) {
    refuse(node, context, 'it normalises each position on its own (spatial=0)');
  }
  return [without(node, 'spatial')];
}

function clipTo11(node: GraphNode, context: ConversionContext): readonly GraphNode[] {
  const bound = (name: string): string | undefined => {
    const value = floatOf(node, name);
    return value === undefined ? undefined : constantOf(node, name, floats([], [value]), context);
  };
  return [withInputs(without(node, 'min', 'max'), [node.inputs[0], bound('min'), bound('max')])];
}

function padTo11(node: GraphNode, context: ConversionContext): readonly GraphNode[] {
  const pads = intsOf(node, 'pads');
  if (pads === undefined) return refuse(node, context, 'it has no pads');
  const value = floatOf(node, 'value');
  return [
    withInputs(without(node, 'pads', 'value'), [
      node.inputs[0],
      constantOf(node, 'pads', int64s(pads), context),
      value === undefined ? undefined : constantOf(node, 'value', floats([], [value]), context),
    ]),
  ];
}

function axesToInput(node: GraphNode, context: ConversionContext): readonly GraphNode[] {
  const axes = intsOf(node, 'axes');
  if (axes === undefined) return [node];
  const name = constantOf(node, 'axes', int64s(axes), context);
  return [withInputs(without(node, 'axes'), [node.inputs[0], name])];
}

function splitTo13(node: GraphNode, context: ConversionContext): readonly GraphNode[] {
  const sizes = intsOf(node, 'split');
  if (sizes === undefined) return [node];
  const name = constantOf(node, 'split', int64s(sizes), context);
  return [withInputs(without(node, 'split'), [node.inputs[0], name])];
}

function sliceTo10(node: GraphNode, context: ConversionContext): readonly GraphNode[] {
  const [starts, ends, axes] = ['starts', 'ends', 'axes'].map((name) => intsOf(node, name));
  if (starts === undefined || ends === undefined) return refuse(node, context, 'it has no starts and ends');
  const inputs = Object.entries({ starts, ends, axes }).map(([name, values]) =>
    values === undefined ? undefined : constantOf(node, name, int64s(values.map(clampInt64)), context),
  );
  return [withInputs(without(node, 'starts', 'ends', 'axes'), [node.inputs[0], ...inputs])];
}

/** The largest int64 means the end; as a number it is rounded up, out of its range. */
function clampInt64(value: number): number {
  return Math.min(Math.max(value, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);
}

function topKTo10(node: GraphNode, context: ConversionContext): readonly GraphNode[] {
  const k = intOf(node, 'k');
  if (k === undefined) return refuse(node, context, 'it has no k');
  return [withInputs(without(node, 'k'), [node.inputs[0], constantOf(node, 'k', int64s([k]), context)])];
}

function upsampleTo9(node: GraphNode, context: ConversionContext): readonly GraphNode[] {
  const scales = floatsOf(node, 'scales');
  if (scales === undefined) return refuse(node, context, 'it has no scales');
  const name = constantOf(node, 'scales', floats([scales.length], scales), context);
  return [withInputs(without(node, 'scales'), [node.inputs[0], name])];
}

function resizeTo11(node: GraphNode): readonly GraphNode[] {
  const attributes = {
    ...node.attributes,
    coordinate_transformation_mode: { string: 'asymmetric' },
    nearest_mode: { string: 'floor' },
  };
  return [withInputs({ ...node, attributes }, [node.inputs[0], undefined, node.inputs[1]])];
}

function resizeTo13(node: GraphNode, context: ConversionContext): readonly GraphNode[] {
  if (stringOf(node, 'coordinate_transformation_mode') === 'tf_half_pixel_for_nn') {
    return refuse(node, context, 'its coordinates are tf_half_pixel_for_nn, which ONNX gave up');
  }
  // Before, absent inputs were empty tensors.
  const present = node.inputs.map((name) =>
    context.draft.initializers.get(name)?.data.length === 0 ? undefined : name,
  );
  return [withInputs(node, present)];
}

function roiAlignTo16(node: GraphNode): readonly GraphNode[] {
  const attributes = { ...node.attributes, coordinate_transformation_mode: { string: 'output_half_pixel' } };
  return [{ ...node, attributes }];
}

/** Softmax and its kin once took all dimensions from `axis` on as one; since 13 they take that of `axis` only. */
function flattenedTo13(...[node, context]: Parameters<Convert>): readonly GraphNode[] {
  const axis = intOf(node, 'axis') ?? 1;
  const input = inputOf(node, 0) ?? '';
  const declared = context.draft.outputs.find(({ name }) => name === node.outputs[0])?.dims.length;
  const rank = context.ranks.get(input) ?? (declared === 0 ? undefined : declared);
  if (axis === -1 || axis + 1 === rank) return [{ ...node, attributes: { axis: { int: -1 } } }];
  const chain = replacement(node, context);
  const shape = chain.add('Shape', [input]);
  const flat = chain.add('Flatten', [input], { axis: { int: axis } });
  const result = chain.add(node.op, [flat], { axis: { int: -1 } });
  return chain.end('Reshape', [result, shape]);
}

function constantOf(node: GraphNode, name: string, tensor: Tensor, { draft }: ConversionContext): string {
  return addConstant(draft, `${node.outputs[0] ?? node.op}/${name}`, tensor);
}
