import { floats } from '../../onnx/build.ts';
import { isOperator } from '../../onnx/attributes.ts';
import { elementTypeNumbers } from '../../onnx/element-types.ts';
import type { GraphNode, Tensor } from '../../onnx/graph.ts';
import { inputOf, intOf } from './attribute-values.ts';
import { addConstant, type Draft } from './draft.ts';

/**
 * Computes layers that are quantised while they run in float32, with the same 8-bit weights. Such a layer takes its step from the smallest and
 * largest value of all photos that run together, so that a photo's features would depend on its neighbours. Written by onnxruntime as
 * DynamicQuantizeLinear, ConvInteger or MatMulInteger, Cast, and Mul by the product of both steps; in another form it is left as it is.
 *
 * With x = step · (q − zero): (Σ (q − zero) (w − zero)) · step · scale = (Σ x (w − zero)) · 1 · scale.
 */
export function undoDynamicQuantisation(draft: Draft): void {
  const readers = new Map<string, GraphNode[]>(draft.outputs.map(({ name }) => [name, []]));
  const outputs = new Set(draft.outputs.map(({ name }) => name));
  for (const node of draft.nodes) {
    for (const name of new Set(node.inputs)) readers.set(name, [...(readers.get(name) ?? []), node]);
  }
  const readersOf = (name: string): readonly GraphNode[] => readers.get(name) ?? [];
  /** The one node that reads a tensor. */
  const readerOf = (name: string): GraphNode | undefined =>
    outputs.has(name) || readersOf(name).length !== 1 ? undefined : readersOf(name)[0];

  const weights = new Map<string, string>();
  const replaced = new Map<GraphNode, GraphNode | undefined>();
  for (const node of draft.nodes) {
    const products = isOperator(node, 'DynamicQuantizeLinear') ? productsOf(node) : undefined;
    if (products === undefined) continue;
    const [, step = ''] = node.outputs;
    for (const [product, real] of products) {
      const [, name = '', , zero = ''] = product.inputs;
      const key = `${name}\n${zero}`;
      const weight = weights.get(key) ?? addConstant(draft, `${name}/real`, real);
      weights.set(key, weight);
      const op = product.op === 'ConvInteger' ? 'Conv' : 'MatMul';
      replaced.set(product, { ...product, op, inputs: [node.inputs[0] ?? '', weight] });
    }
    replaced.set(node, undefined);
    draft.initializers.set(step, floats([], [1]));
  }
  draft.nodes = draft.nodes.flatMap((node) => (replaced.has(node) ? (replaced.get(node) ?? []) : [node]));

  /** The layers that read a quantised tensor, with their weights; undefined when it is used in any other way. */
  function productsOf({ outputs: made }: GraphNode): ReadonlyMap<GraphNode, Tensor> | undefined {
    const [quantised = '', step = '', zero = ''] = made;
    const products = new Map<GraphNode, Tensor>();
    for (const node of readersOf(quantised)) {
      const real = node.inputs[0] === quantised && node.inputs[2] === zero ? realWeights(node) : undefined;
      if (real === undefined) return undefined;
      products.set(node, real);
    }
    const scaled = [...products.keys()].map(({ outputs: [sum = ''] }) => scalingOf(sum));
    const isWhole =
      scaled.every((node) => node !== undefined) &&
      made.every((name) => !outputs.has(name)) &&
      readersOf(zero).every((node) => products.has(node)) &&
      readersOf(step).every((node) => isFactor(node, scaled)) &&
      scaled.every(({ inputs }) =>
        readersOf(step).some(({ outputs: [factor = ''] }) => inputs.includes(factor)),
      );
    return isWhole ? products : undefined;
  }

  /** The Mul that brings a sum of whole numbers back to real ones. */
  function scalingOf(sum: string): GraphNode | undefined {
    const cast = readerOf(sum);
    if (!isOperator(cast, 'Cast') || intOf(cast, 'to') !== elementTypeNumbers.float32) return undefined;
    const scaling = readerOf(cast.outputs[0] ?? '');
    return isOperator(scaling, 'Mul') ? scaling : undefined;
  }

  /** Whether a node makes the product of a step and a constant, and only these read that. */
  function isFactor(node: GraphNode, scaled: readonly (GraphNode | undefined)[]): boolean {
    const [factor = ''] = node.outputs;
    return (
      isOperator(node, 'Mul') &&
      node.inputs.some((name) => draft.initializers.has(name)) &&
      !outputs.has(factor) &&
      readersOf(factor).every((reader) => scaled.includes(reader))
    );
  }

  function realWeights(node: GraphNode): Tensor | undefined {
    if (!isOperator(node, 'ConvInteger', 'MatMulInteger')) return undefined;
    const tensor = draft.initializers.get(node.inputs[1] ?? '');
    const zeroName = inputOf(node, 3);
    const zero = zeroName === undefined ? undefined : draft.initializers.get(zeroName);
    if (tensor?.type !== 'int8' && tensor?.type !== 'uint8') return undefined;
    if (zeroName !== undefined && zero === undefined) return undefined;
    const { dims, data } = tensor;
    const zeros = Array.from(zero?.data ?? [0], Number);
    // One a filter of a convolution, which comes first, or one a column of a matrix.
    const [channels, each] =
      node.op === 'ConvInteger' ? [dims[0], data.length / (dims[0] ?? 1)] : [dims.at(-1), 1];
    if (zeros.length !== 1 && zeros.length !== channels) return undefined;
    const real = Float32Array.from(
      data as ArrayLike<number>,
      (value, at) => value - (zeros[Math.floor(at / each) % zeros.length] ?? 0),
    );
    return floats(dims, real);
  }
}
