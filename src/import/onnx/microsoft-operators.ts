import { floats } from '../../onnx/build.ts';
import type { GraphNode } from '../../onnx/graph.ts';
import { floatOf, floatsOf, inputOf, stringOf, without } from './attribute-values.ts';
import { composeErfGelu, composeTanhGelu } from './compositions.ts';
import { type ConversionContext, type Convert, refuse, replacement } from './conversion.ts';
import { addConstant } from './draft.ts';

/**
 * The operators of onnxruntime's own domain, `com.microsoft`, that are plain combinations of standard ones: its optimiser and quantiser put
 * them into files that they save.
 * Source: https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md
 */
export const microsoftOperators: Readonly<Record<string, Convert>> = {
  BiasGelu: (node, context) => withBias(node, context, composeErfGelu),
  FastGelu: (node, context) => withBias(node, context, composeTanhGelu),
  FusedConv: splitFusedConv,
  Gelu: (node, context) => composeErfGelu(node, node.inputs[0] ?? '', context),
  QuickGelu: composeQuickGelu,
};

function withBias(
  node: GraphNode,
  context: ConversionContext,
  compose: (replaced: GraphNode, x: string, context: ConversionContext) => readonly GraphNode[],
): readonly GraphNode[] {
  const [x = ''] = node.inputs;
  const bias = inputOf(node, 1);
  if (bias === undefined) return compose(node, x, context);
  const chain = replacement(node, context);
  const sum = chain.add('Add', [x, bias]);
  return [...chain.nodes, ...compose(node, sum, context)];
}

function composeQuickGelu(node: GraphNode, context: ConversionContext): readonly GraphNode[] {
  const [x = ''] = node.inputs;
  const chain = replacement(node, context);
  const alpha = scalar(node, 'alpha', floatOf(node, 'alpha') ?? 1.702, context);
  return chain.end('Mul', [x, chain.add('Sigmoid', [chain.add('Mul', [x, alpha])])]);
}

function splitFusedConv(node: GraphNode, context: ConversionContext): readonly GraphNode[] {
  const chain = replacement(node, context);
  const plain = without(node, 'activation', 'activation_params');
  const weighted = chain.add('Conv', node.inputs.slice(0, 3), plain.attributes);
  const other = inputOf(node, 3);
  const sum = other === undefined ? weighted : chain.add('Add', [weighted, other]);
  const activation = stringOf(node, 'activation') ?? '';
  const [first = 0, second = 0] = floatsOf(node, 'activation_params') ?? [];
  switch (activation) {
    case '':
      return chain.end('Identity', [sum]);
    case 'Relu':
    case 'Sigmoid':
    case 'Tanh':
      return chain.end(activation, [sum]);
    case 'LeakyRelu':
      return chain.end(activation, [sum], { alpha: { float: first } });
    case 'HardSigmoid':
      return chain.end(activation, [sum], { alpha: { float: first }, beta: { float: second } });
    case 'Clip':
      return chain.end(activation, [
        sum,
        scalar(node, 'min', first, context),
        scalar(node, 'max', second, context),
      ]);
    default:
      return refuse(node, context, `its activation is ${activation}`);
  }
}

function scalar(node: GraphNode, name: string, value: number, { draft }: ConversionContext): string {
  return addConstant(draft, `${node.outputs[0] ?? ''}/${name}`, floats([], [value]));
}
