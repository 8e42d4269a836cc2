import { isOperator } from '../../onnx/attributes.ts';
import type { GraphNode, Model } from '../../onnx/graph.ts';
import type { Shapes } from '../../onnx/passes/pass.ts';
import type { ChannelAxis } from './channel-axis.ts';
import type { ImagePath } from './image-path.ts';
import { poolTensor } from './pool-tensor.ts';
import type { FoundTap } from './tap-source.ts';

/** The end of a network: its pooled feature, and the scores of its classes where it has some. */
export interface NetworkEnd {
  readonly bottleneck?: FoundTap;
  readonly logits?: { readonly tensor: string; readonly classes: number };
}

/**
 * Finds the pooled feature of a network: what the last layer with weights on the way to the first output reads. A network without such
 * a layer gives features itself: its first output.
 */
export function findBottleneck(
  model: Model,
  shapes: Shapes,
  path: ImagePath,
  channelAxis: ChannelAxis,
): NetworkEnd {
  const output = model.graph.outputs[0]?.name ?? '';
  const { layer, scores, end } = walkBack(shapes, path, output);
  const tap = (tensor: string): NetworkEnd => {
    const bottleneck = poolTensor('bottleneck', tensor, shapes, channelAxis);
    return bottleneck === undefined ? {} : { bottleneck };
  };
  if (layer === undefined) return tap(scores === output ? output : end);
  const classes = shapes.get(scores)?.dims[channelAxis(scores) ?? -1];
  const input = layer.inputs.find((name) => path.isOfImage(name)) ?? '';
  return { ...tap(input), ...(typeof classes === 'number' ? { logits: { tensor: scores, classes } } : {}) };
}

interface Walk {
  /** The layer that gives the scores. */
  readonly layer: GraphNode | undefined;
  /** What goes into the last softmax, else the output. */
  readonly scores: string;
  /** Where the walk ended. */
  readonly end: string;
}

function walkBack(shapes: Shapes, path: ImagePath, output: string): Walk {
  const makers = new Map(path.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  return walk(output, undefined);

  function walk(from: string, softened: string | undefined): Walk {
    let [name, scores] = [from, softened];
    let isPooled = false;
    for (let node = makers.get(name); node !== undefined; node = makers.get(name)) {
      const inputs = node.inputs.filter((input) => path.isOfImage(input));
      const [input = '', second] = inputs;
      if (isLayer(node, shapes, isPooled)) {
        return { layer: node, scores: scores ?? output, end: name };
      }
      if (second !== undefined) {
        // Two sets of scores that are averaged, as in a distilled transformer.
        const both = isOperator(node, 'Add') ? [walk(input, scores), walk(second, scores)] : [];
        if (both[0] && both.every(({ layer }) => layer !== undefined)) return both[0];
        break;
      }
      if (isOperator(node, 'Softmax', 'LogSoftmax', 'Sigmoid')) scores ??= input;
      else if (isOperator(node, 'GlobalAveragePool', 'AveragePool', 'ReduceMean')) isPooled = true;
      // Only before a softmax does a nonlinearity stand behind the scores; else it ends the features.
      else if (!isTransparent(node) && !(scores !== undefined && isClamp(node))) break;
      name = input;
    }
    return { layer: undefined, scores: scores ?? output, end: name };
  }
}

function isTransparent(node: GraphNode): boolean {
  return isOperator(
    node,
    ...[
      'Reshape',
      'Flatten',
      'Squeeze',
      'Unsqueeze',
      'Transpose',
      'Identity',
      'Cast',
      'Dropout',
      'Add',
      'Sub',
      'Mul',
    ],
    ...['Div', 'QuantizeLinear', 'DequantizeLinear'],
  );
}

function isClamp(node: GraphNode): boolean {
  return isOperator(node, 'Relu', 'LeakyRelu', 'Clip');
}

/** A layer that mixes channels only: a product with a matrix, or a 1×1 convolution, on one position unless a pool follows. */
function isLayer(node: GraphNode, shapes: Shapes, isPooled: boolean): boolean {
  if (isOperator(node, 'Gemm', 'MatMul')) return true;
  if (!isOperator(node, 'Conv')) return false;
  const sides = shapes.get(node.inputs[0] ?? '')?.dims.slice(2);
  const kernel = shapes.get(node.inputs[1] ?? '')?.dims.slice(2);
  const isOne = (dims: readonly (number | string)[] | undefined): boolean =>
    dims?.every((dim) => dim === 1) === true;
  return isOne(kernel) && (isOne(sides) || isPooled);
}
