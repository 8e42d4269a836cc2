import { floats, node } from '../onnx/build.ts';
import type { GraphNode, Tensor } from '../onnx/graph.ts';
import type { FittedHead } from './head.ts';

/** A head as a piece of a graph. */
export interface HeadNodes {
  readonly nodes: readonly GraphNode[];
  readonly initializers: ReadonlyMap<string, Tensor>;
}

/**
 * Writes a head's steps and its last layer as standard operators: from the tensor `features`, `[N, columns]`, to the tensor `logits`,
 * `[N, classes]`. Every name but those two begins with the prefix.
 */
export function headNodes(
  { before = [], weights, bias }: Pick<FittedHead, 'before' | 'weights' | 'bias'>,
  features: string,
  logits: string,
  prefix = 'head/',
): HeadNodes {
  const nodes: GraphNode[] = [];
  const initializers = new Map<string, Tensor>();
  const dense = (name: string, input: string, output: string, layer: Dense): void => {
    const outputs = layer.bias.length;
    initializers.set(`${name}weights`, floats([outputs, layer.weights.length / outputs], layer.weights));
    initializers.set(`${name}bias`, floats([outputs], layer.bias));
    const inputs = [input, `${name}weights`, `${name}bias`];
    nodes.push(node('Gemm', inputs, [output], { transB: { int: 1 } }));
  };

  let current = features;
  for (const [index, step] of before.entries()) {
    const name = `${prefix}${index}/`;
    const next = `${name}${step.kind}`;
    if (step.kind === 'dense') {
      dense(name, current, next, step);
    } else if (step.kind === 'affine') {
      initializers.set(`${name}factor`, floats([step.factor.length], step.factor));
      initializers.set(`${name}offset`, floats([step.offset.length], step.offset));
      nodes.push(
        node('Mul', [current, `${name}factor`], [`${name}scaled`]),
        node('Add', [`${name}scaled`, `${name}offset`], [next]),
      );
    } else if (step.kind === 'relu') {
      nodes.push(node('Relu', [current], [next]));
    } else {
      initializers.set(`${name}least`, floats([], [1e-12]));
      nodes.push(
        node('ReduceL2', [current], [`${name}length`], { axes: { ints: [1] }, keepdims: { int: 1 } }),
        node('Max', [`${name}length`, `${name}least`], [`${name}divisor`]),
        node('Div', [current, `${name}divisor`], [next]),
      );
    }
    current = next;
  }
  dense(prefix, current, logits, { weights, bias });
  return { nodes, initializers };
}

interface Dense {
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}
