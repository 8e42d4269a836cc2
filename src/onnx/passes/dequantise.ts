import { RegraftError } from '../../errors.ts';
import { isOperator, isStandard } from '../attributes.ts';
import { floats, node as makeNode } from '../build.ts';
import type { GraphNode, Model, Tensor } from '../graph.ts';
import { dequantiseConstant } from './dequantise-constant.ts';
import { editGraph, type GraphEdit } from './graph-edit.ts';
import { quantiseConstant } from './quantise-constant.ts';

/**
 * Rewrites a quantised graph (QDQ) into one that computes in floating point. Constants become the real numbers that they stand for. An activation is
 * no longer rounded to levels, but keeps to the range that they reach: its QuantizeLinear becomes a Clip, where the ReLU of many quantised networks lies.
 * Levels that come in by an input of the graph are still dequantised by a node. The very same graph where nothing is quantised.
 *
 * @throws RegraftError `OPERATOR_UNSUPPORTED` for an operator that computes with levels in a way that has no like among real numbers.
 */
export function dequantise(model: Model): Model {
  const edit = editGraph(model);
  const rewrite: Rewrite = {
    edit,
    constants: new Map(model.graph.initializers),
    made: new Map(),
    steps: new Map(),
  };
  for (const node of model.graph.nodes) {
    if (isOperator(node, 'QuantizeLinear')) rewriteQuantiser(node, rewrite);
    else if (isOperator(node, 'DequantizeLinear')) rewriteDequantiser(node, rewrite);
    else rewriteOther(node, rewrite);
  }
  return edit.finish();
}

interface Rewrite {
  readonly edit: GraphEdit;
  /** Constants by name, also those that were made here. */
  readonly constants: Map<string, Tensor>;
  /** Names of the real numbers of constant levels, by what they were made of: weights that are shared stay so. */
  readonly made: Map<string, string>;
  /** How the levels lay of tensors that are real numbers now. */
  readonly steps: Map<string, Steps>;
}

/** A real number is `scale · (level − zero)`. */
interface Steps {
  readonly scale: number;
  readonly zero: number;
}

const ranges = { uint8: [0, 255], int8: [-128, 127] } as const;

function rewriteQuantiser(node: GraphNode, { edit, constants, steps }: Rewrite): void {
  const [input = '', scaleName = '', zeroName = ''] = node.inputs;
  const [output = ''] = node.outputs;
  const [known, scales] = [constants.get(input), constants.get(scaleName)];
  const zero = zeroName === '' ? undefined : constants.get(zeroName);
  if (known !== undefined) {
    const levels = scales && quantiseConstant(node, known, scales, zero);
    if (levels === undefined || edit.isOutput(output)) throw cannotDequantise(node, 'another kind of levels');
    constants.set(output, levels);
    edit.replaceConstant(output, levels);
    edit.replace(node, []);
    return;
  }
  const type = zero?.type ?? 'uint8';
  const [scale = NaN, ...more] = numbersOf(scales);
  if ((type !== 'uint8' && type !== 'int8') || more.length > 0 || !(scale > 0) || edit.isOutput(output)) {
    throw cannotDequantise(node, 'another kind of levels');
  }
  const own: Steps = { scale, zero: numbersOf(zero)[0] ?? 0 };
  steps.set(output, own);
  const [least, most] = ranges[type];
  const low = edit.addConstant(`${output}/low`, floats([], [scale * (least - own.zero)]));
  const high = edit.addConstant(`${output}/high`, floats([], [scale * (most - own.zero)]));
  edit.replace(node, [{ ...makeNode('Clip', [input, low, high], [output]), name: node.name }]);
}

function rewriteDequantiser(node: GraphNode, rewrite: Rewrite): void {
  const { edit, constants, steps } = rewrite;
  const [input = '', scaleName = '', zeroName = ''] = node.inputs;
  const [output = ''] = node.outputs;
  if (constants.has(input)) {
    foldDequantiser(node, rewrite);
    return;
  }
  const before = steps.get(input);
  // Levels of an input stay levels up to here.
  if (before === undefined) return;
  const [scale = NaN, ...more] = numbersOf(constants.get(scaleName));
  const zero = zeroName === '' ? 0 : (numbersOf(constants.get(zeroName))[0] ?? NaN);
  if (scale !== before.scale || zero !== before.zero || more.length > 0) {
    throw cannotDequantise(node, 'another scale than that of the levels it reads');
  }
  if (edit.isOutput(output)) {
    edit.replace(node, [{ ...makeNode('Identity', [input], [output]), name: node.name }]);
    return;
  }
  edit.rename(output, input);
  edit.replace(node, []);
}

function foldDequantiser(node: GraphNode, { edit, constants, made }: Rewrite): void {
  const [input = '', scaleName = '', zeroName = ''] = node.inputs;
  const [output = ''] = node.outputs;
  const [levels, scale] = [constants.get(input), constants.get(scaleName)];
  const zero = zeroName === '' ? undefined : constants.get(zeroName);
  const isKnown = zeroName === '' || zero !== undefined;
  const real = levels && scale && isKnown ? dequantiseConstant(node, levels, scale, zero) : undefined;
  if (real === undefined || edit.isOutput(output)) throw cannotDequantise(node, 'another kind of levels');
  const key = JSON.stringify([...node.inputs, node.attributes]);
  const same = made.get(key);
  if (same === undefined) {
    made.set(key, output);
    constants.set(output, real);
    edit.replaceConstant(output, real);
  } else edit.rename(output, same);
  edit.replace(node, []);
}

/** Operators that move levels or choose among them, and so do the same to real numbers. */
const moving = new Set([
  ...['Identity', 'Transpose', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Slice', 'Split', 'Gather'],
  ...['Expand', 'Tile', 'Concat', 'MaxPool', 'GlobalMaxPool', 'DepthToSpace', 'SpaceToDepth'],
]);

const ofShapes = new Set(['Shape', 'Size']);

/** Operators that compute with levels inside. */
const onLevels = new Set([
  ...['QLinearConv', 'QLinearMatMul', 'ConvInteger', 'MatMulInteger', 'DynamicQuantizeLinear'],
]);

function rewriteOther(node: GraphNode, { edit, steps }: Rewrite): void {
  if (isStandard(node) && onLevels.has(node.op)) throw cannotDequantise(node, 'levels inside');
  const read = node.inputs.map((name) => steps.get(name));
  const first = read.find((known) => known !== undefined);
  if (first === undefined || (isStandard(node) && ofShapes.has(node.op))) return;
  const data = isOperator(node, 'Concat') ? read : read.slice(0, 1);
  const areEqual = data.every((other) => other?.scale === first.scale && other.zero === first.zero);
  if (!isStandard(node) || !moving.has(node.op) || !areEqual) throw cannotDequantise(node, 'levels');
  // The places that a MaxPool also tells are no levels.
  const results = isOperator(node, 'MaxPool') ? node.outputs.slice(0, 1) : node.outputs;
  for (const name of results) {
    if (edit.isOutput(name)) throw cannotDequantise(node, 'levels as an output');
    steps.set(name, first);
  }
}

function numbersOf(tensor: Tensor | undefined): readonly number[] {
  return tensor === undefined ? [] : Array.from(tensor.data as ArrayLike<number | bigint>, Number);
}

function cannotDequantise({ op, outputs }: GraphNode, found: string): RegraftError {
  return new RegraftError(
    'OPERATOR_UNSUPPORTED',
    `Expected quantised activations that can be computed in floating point but found ${op} (tensor ${outputs[0] ?? 'without a name'}) with ${found}.`,
    { hint: 'Take the network in floating point (`--form float32`, or another file of it).' },
  );
}
