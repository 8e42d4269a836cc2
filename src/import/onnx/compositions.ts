import { floats, int64s } from '../../onnx/build.ts';
import type { GraphNode } from '../../onnx/graph.ts';
import { floatOf, intOf, stringOf } from './attribute-values.ts';
import { type ConversionContext, type Convert, refuse, replacement } from './conversion.ts';
import { addConstant } from './draft.ts';

/**
 * Composes Gelu of older operators.
 * Formulas: https://github.com/onnx/onnx/blob/main/docs/Operators.md#Gelu; the order of the nodes is the one that onnxruntime knows and fuses.
 */
export function composeGelu(node: GraphNode, context: ConversionContext): readonly GraphNode[] {
  return (stringOf(node, 'approximate') ?? 'none') === 'tanh'
    ? composeTanhGelu(node, node.inputs[0] ?? '', context)
    : composeErfGelu(node, node.inputs[0] ?? '', context);
}

/** `x · (1 + erf(x / √2)) · 0.5` for a tensor `x`, as the output of the replaced node. */
export function composeErfGelu(
  replaced: GraphNode,
  x: string,
  context: ConversionContext,
): readonly GraphNode[] {
  const chain = replacement(replaced, context);
  const scalar = scalars(replaced, context);
  const erf = chain.add('Erf', [chain.add('Div', [x, scalar('sqrt_2', Math.SQRT2)])]);
  const product = chain.add('Mul', [x, chain.add('Add', [erf, scalar('one', 1)])]);
  return chain.end('Mul', [product, scalar('half', 0.5)]);
}

/** `x · (1 + tanh(√(2/π) · (x + 0.044715 · x³))) · 0.5` for a tensor `x`, as the output of the replaced node. */
export function composeTanhGelu(
  replaced: GraphNode,
  x: string,
  context: ConversionContext,
): readonly GraphNode[] {
  const chain = replacement(replaced, context);
  const scalar = scalars(replaced, context);
  const cube = chain.add('Pow', [x, scalar('three', 3)]);
  const sum = chain.add('Add', [x, chain.add('Mul', [cube, scalar('cubic', 0.044715)])]);
  const tanh = chain.add('Tanh', [chain.add('Mul', [sum, scalar('sqrt_2_over_pi', Math.sqrt(2 / Math.PI))])]);
  const product = chain.add('Mul', [x, chain.add('Add', [tanh, scalar('one', 1)])]);
  return chain.end('Mul', [product, scalar('half', 0.5)]);
}

/** `x · tanh(ln(1 + eˣ))`. */
export function composeMish(node: GraphNode, context: ConversionContext): readonly GraphNode[] {
  const chain = replacement(node, context);
  const x = node.inputs[0] ?? '';
  return chain.end('Mul', [x, chain.add('Tanh', [chain.add('Softplus', [x])])]);
}

/**
 * Composes GroupNormalization of an InstanceNormalization over the groups and a scaling.
 *
 * @param by - What scale and bias belong to: groups in operator set 18, channels since 21.
 */
export function composeGroupNormalization(by: 'group' | 'channel'): Convert {
  return (node, context) => {
    const [x = '', scale = '', bias = ''] = node.inputs;
    const groups = intOf(node, 'num_groups') ?? 0;
    const weights = [scale, bias].map((name) => context.draft.initializers.get(name));
    const count = weights[0]?.data.length ?? 0;
    if (groups < 1 || groups > 65_536 || weights.some((weight) => weight?.data.length !== count)) {
      return refuse(node, context, 'its groups, scale and bias are not constants that fit together');
    }
    const constant = (name: string, tensor: Parameters<typeof addConstant>[2]): string =>
      addConstant(context.draft, `${node.outputs[0] ?? ''}/${name}`, tensor);
    const column = (name: string, weight: (typeof weights)[number]): string =>
      constant(name, { ...(weight ?? floats([], [0])), dims: [count, 1] });
    const chain = replacement(node, context);
    const shape = chain.add('Shape', [x]);
    const byGroup = chain.add('Reshape', [x, constant('groups', int64s([0, groups, -1]))]);
    const normal = chain.add(
      'InstanceNormalization',
      [
        byGroup,
        constant('ones', floats([groups], new Float32Array(groups).fill(1))),
        constant('zeros', floats([groups], new Float32Array(groups))),
      ],
      { epsilon: { float: floatOf(node, 'epsilon') ?? 1e-5 } },
    );
    const rows =
      by === 'group' ? normal : chain.add('Reshape', [normal, constant('channels', int64s([0, count, -1]))]);
    const scaled = chain.add('Mul', [rows, column('scale', weights[0])]);
    return chain.end('Reshape', [chain.add('Add', [scaled, column('bias', weights[1])]), shape]);
  };
}

function scalars(replaced: GraphNode, { draft }: ConversionContext): (name: string, value: number) => string {
  return (name, value) => addConstant(draft, `${replaced.outputs[0] ?? ''}/${name}`, floats([], [value]));
}
