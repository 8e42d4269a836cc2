import { floats } from '../../onnx/build.ts';
import type { GraphNode } from '../../onnx/graph.ts';
import { floatOf, intOf } from './attribute-values.ts';
import { type ConversionContext, refuse, replacement } from './conversion.ts';
import { addConstant } from './draft.ts';

/** True when a BatchNormalization normalises by the statistics of its own input; before operator set 14, more outputs say so. */
export function isTraining(node: GraphNode, opset: number): boolean {
  return opset < 14
    ? node.outputs.slice(1).some((name) => name !== '')
    : (intOf(node, 'training_mode') ?? 0) !== 0;
}

/**
 * Composes a BatchNormalization in training mode. On images it would mix photos: the export was wrong. On weights alone it is a way to
 * standardise them, which networks without batch normalisation use (NFNet, BiT).
 */
export function normaliseByItself(node: GraphNode, context: ConversionContext): readonly GraphNode[] {
  const [x = '', scale = '', bias = ''] = node.inputs;
  if (context.ofImage.has(x)) {
    return refuse(node, context, 'it was exported in training mode; export the network in evaluation mode');
  }
  const rank = context.ranks.get(x) ?? 0;
  const weights = [scale, bias].map((name) => context.draft.initializers.get(name));
  const [factors, offsets] = weights;
  if (rank < 2 || rank > 8 || factors === undefined || offsets === undefined) {
    return refuse(node, context, 'its scale and bias are not constant, or its input has no known rank');
  }
  const places = Array.from({ length: rank }, (_, place) => place);
  const axes = { ints: places.filter((place) => place !== 1) };
  const constant = (name: string, tensor: typeof factors): string =>
    addConstant(context.draft, `${node.outputs[0] ?? ''}/${name}`, tensor);
  const byChannel = (name: string, tensor: typeof factors): string =>
    constant(name, { ...tensor, dims: [tensor.data.length, ...places.slice(2).map(() => 1)] });

  const chain = replacement(node, context);
  const centred = chain.add('Sub', [x, chain.add('ReduceMean', [x], { axes })]);
  const variance = chain.add('ReduceMean', [chain.add('Mul', [centred, centred])], { axes });
  const epsilon = constant('epsilon', floats([], [floatOf(node, 'epsilon') ?? 1e-5]));
  const deviation = chain.add('Sqrt', [chain.add('Add', [variance, epsilon])]);
  const normal = chain.add('Div', [centred, deviation]);
  const scaled = chain.add('Mul', [normal, byChannel('scale', factors)]);
  return chain.end('Add', [scaled, byChannel('bias', offsets)]);
}
