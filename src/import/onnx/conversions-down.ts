import { floats, int64s } from '../../onnx/build.ts';
import { elementTypeOf, viewBytes } from '../../onnx/element-types.ts';
import type { GraphNode } from '../../onnx/graph.ts';
import { inputOf, intOf, intsOf, numbersOf, stringOf, withInputs, without } from './attribute-values.ts';
import { composeGelu, composeGroupNormalization, composeMish } from './compositions.ts';
import { type ConversionContext, type ConversionTable, refuse, replacement } from './conversion.ts';
import { resizeFrom18, resizeFrom19 } from './convert-resize.ts';
import { addConstant } from './draft.ts';

const reduceFrom18 = [{ since: 18, convert: axesToAttribute }];

/**
 * The operators whose form or meaning changed between the operator sets 17 and 22, or that are composed of older ones; what is not here only
 * learnt other element types.
 * Source: https://github.com/onnx/onnx/blob/main/docs/Changelog.md
 */
export const conversionsDown: ConversionTable = {
  AveragePool: [{ since: 19, convert: poolFrom18 }],
  Cast: [{ since: 19, convert: (node) => [without(node, 'saturate')] }],
  CastLike: [{ since: 19, convert: (node) => [without(node, 'saturate')] }],
  DFT: [{ since: 20, convert: (node, context) => refuse(node, context, 'its axis is an input') }],
  DequantizeLinear: [{ since: 21, convert: quantiseFrom21 }],
  Gelu: [{ since: 20, convert: composeGelu }],
  GridSample: [{ since: 20, convert: gridSampleFrom20 }],
  GroupNormalization: [
    { since: 18, convert: composeGroupNormalization('group') },
    { since: 21, convert: composeGroupNormalization('channel') },
  ],
  LpPool: [{ since: 18, convert: poolFrom18 }],
  Mish: [{ since: 18, convert: composeMish }],
  Pad: [
    { since: 18, convert: padFrom18 },
    { since: 19, convert: padFrom19 },
  ],
  QuantizeLinear: [
    { since: 19, convert: (node) => [without(node, 'saturate')] },
    { since: 21, convert: quantiseFrom21 },
  ],
  ReduceL1: reduceFrom18,
  ReduceL2: reduceFrom18,
  ReduceLogSum: reduceFrom18,
  ReduceLogSumExp: reduceFrom18,
  ReduceMax: [...reduceFrom18, { since: 20, convert: reduceBoolFrom20 }],
  ReduceMean: reduceFrom18,
  ReduceMin: [...reduceFrom18, { since: 20, convert: reduceBoolFrom20 }],
  ReduceProd: reduceFrom18,
  ReduceSumSquare: reduceFrom18,
  Resize: [
    { since: 18, convert: resizeFrom18 },
    { since: 19, convert: resizeFrom19 },
  ],
  ScatterElements: [{ since: 18, convert: scatterFrom18 }],
  ScatterND: [{ since: 18, convert: scatterFrom18 }],
  Split: [{ since: 18, convert: (node) => [without(node, 'num_outputs')] }],
};

function axesToAttribute(node: GraphNode, context: ConversionContext): readonly GraphNode[] {
  const name = inputOf(node, 1);
  const bare = withInputs(without(node, 'noop_with_empty_axes'), node.inputs.slice(0, 1));
  const tensor = name === undefined ? undefined : context.draft.initializers.get(name);
  if (name !== undefined && tensor === undefined) return refuse(node, context, 'its axes are not constant');
  const axes = tensor === undefined ? [] : numbersOf(tensor);
  if (axes.length > 0) return [{ ...bare, attributes: { ...bare.attributes, axes: { ints: axes } } }];
  return intOf(node, 'noop_with_empty_axes') === 1 ? [{ ...bare, op: 'Identity', attributes: {} }] : [bare];
}

const makesBool = /^(Equal|Greater|GreaterOrEqual|Less|LessOrEqual|And|Or|Xor|Not|IsNaN|IsInf)$/;

/** Since 20 truths have a maximum and a minimum; as numbers they had before. */
function reduceBoolFrom20(node: GraphNode, context: ConversionContext): readonly GraphNode[] {
  const maker = context.draft.nodes.find(({ outputs }) => outputs.includes(node.inputs[0] ?? ''));
  const bool = 9;
  const isBool =
    maker !== undefined && (makesBool.test(maker.op) || (maker.op === 'Cast' && intOf(maker, 'to') === bool));
  if (!isBool) return [node];
  const chain = replacement(node, context);
  const uint8 = 2;
  const numbers = chain.add('Cast', [node.inputs[0] ?? ''], { to: { int: uint8 } });
  const result = chain.add(node.op, [numbers, ...node.inputs.slice(1)], node.attributes);
  return chain.end('Cast', [result], { to: { int: bool } });
}

function poolFrom18(node: GraphNode, context: ConversionContext): readonly GraphNode[] {
  if (intsOf(node, 'dilations')?.some((dilation) => dilation !== 1)) {
    refuse(node, context, 'it has dilations');
  }
  if (node.op === 'LpPool' && intOf(node, 'ceil_mode')) refuse(node, context, 'it has ceil_mode');
  return [node.op === 'LpPool' ? without(node, 'dilations', 'ceil_mode') : without(node, 'dilations')];
}

function gridSampleFrom20(node: GraphNode): readonly GraphNode[] {
  const mode = stringOf(node, 'mode') ?? 'linear';
  const older: Record<string, string> = { linear: 'bilinear', cubic: 'bicubic' };
  return [{ ...node, attributes: { ...node.attributes, mode: { string: older[mode] ?? mode } } }];
}

function padFrom18(node: GraphNode, context: ConversionContext): readonly GraphNode[] {
  const axesName = inputOf(node, 3);
  if (axesName === undefined) return [withInputs(node, node.inputs.slice(0, 3))];
  const [pads, axes] = [node.inputs[1] ?? '', axesName].map((name) => context.draft.initializers.get(name));
  const rank = context.ranks.get(node.inputs[0] ?? '');
  if (pads === undefined || axes === undefined || rank === undefined) {
    return refuse(node, context, 'its pads or axes are not constant, or its input has no known rank');
  }
  const [amounts, places] = [numbersOf(pads), numbersOf(axes)];
  const all = new Array<number>(2 * rank).fill(0);
  for (const [index, axis] of places.entries()) {
    const place = axis < 0 ? axis + rank : axis;
    if (place < 0 || place >= rank) return refuse(node, context, `its input has no axis ${axis}`);
    all[place] = amounts[index] ?? 0;
    all[rank + place] = amounts[places.length + index] ?? 0;
  }
  const name = addConstant(context.draft, `${node.outputs[0] ?? ''}/pads`, int64s(all));
  return [withInputs(node, [node.inputs[0], name, inputOf(node, 2)])];
}

function padFrom19(node: GraphNode, context: ConversionContext): readonly GraphNode[] {
  return stringOf(node, 'mode') === 'wrap' ? refuse(node, context, 'its mode is wrap') : [node];
}

function scatterFrom18(node: GraphNode, context: ConversionContext): readonly GraphNode[] {
  const reduction = stringOf(node, 'reduction') ?? 'none';
  return /^(none|add|mul)$/.test(reduction) ? [node] : refuse(node, context, `its reduction is ${reduction}`);
}

function quantiseFrom21(node: GraphNode, context: ConversionContext): readonly GraphNode[] {
  if (intOf(node, 'block_size')) return refuse(node, context, 'it is quantised by blocks');
  const type = elementTypeOf(intOf(node, 'output_dtype') ?? 0);
  const plain = without(node, 'block_size', 'output_dtype');
  if (type === undefined || inputOf(node, 2) !== undefined || node.op !== 'QuantizeLinear') return [plain];
  // Before, only the zero point told the type.
  const scale = context.draft.initializers.get(node.inputs[1] ?? '') ?? floats([], [1]);
  const zeros = {
    type,
    dims: scale.dims,
    data: viewBytes(type, new Uint8Array(scale.data.length * 8)).subarray(0, scale.data.length),
  };
  const name = addConstant(context.draft, `${node.outputs[0] ?? ''}/zero_point`, zeros);
  return [withInputs(plain, [node.inputs[0], node.inputs[1], name])];
}
