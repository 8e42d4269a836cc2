import { node } from '../build.ts';
import type { Attribute, GraphNode, Model, Tensor } from '../graph.ts';
import { freeName, namesOf } from '../names.ts';
import type { Levels } from './levels.ts';
import { activationsOf, type QuantisationPlan } from './plan.ts';
import { quantiseWeights } from './quantise-weights.ts';

/**
 * Writes the planned nodes as QuantizeLinear and DequantizeLinear pairs around them (QDQ), which runtimes fuse into kernels on integers:
 * unsigned 8-bit activations of one scale a tensor, signed weights of one scale an output channel, 32-bit bias.
 *
 * @param levels - Of each tensor that the plan names, but for the given ones.
 */
export function quantise(
  { graph, ...model }: Model,
  plan: QuantisationPlan,
  levels: ReadonlyMap<string, Levels>,
): Model {
  const taken = namesOf(graph);
  const initializers = new Map(graph.initializers);
  const nodes: GraphNode[] = [];
  /** The integers of each tensor, and the names of their scale and zero point. */
  const integers = new Map<string, readonly [name: string, scale: string, zero: string]>();
  const constant = (wanted: string, tensor: Tensor): string => {
    const name = freeName(wanted, taken);
    initializers.set(name, tensor);
    return name;
  };
  const emit = (
    op: string,
    inputs: readonly string[],
    wanted: string,
    attributes: Record<string, Attribute> = {},
  ): string => {
    const name = freeName(wanted, taken);
    nodes.push(node(op, inputs, [name], attributes));
    return name;
  };

  const parameters = new Map<string, readonly [scale: string, zero: string]>();
  const parametersOf = (tensor: string): readonly [scale: string, zero: string] => {
    const root = plan.levelsOf.get(tensor) ?? tensor;
    const given = plan.given.get(root);
    const known = parameters.get(root) ?? (given && [given.inputs[1] ?? '', given.inputs[2] ?? '']);
    if (known !== undefined) return known;
    const { scale, zero } = levelsOfTensor(root, levels);
    const names = [
      constant(`${root}/scale`, { type: 'float32', dims: [], data: Float32Array.of(scale) }),
      constant(`${root}/zero_point`, { type: 'uint8', dims: [], data: Uint8Array.of(zero) }),
    ] as const;
    parameters.set(root, names);
    return names;
  };
  const scaleOf = (tensor: string): number => {
    const [scale] = parametersOf(tensor);
    return Number(initializers.get(scale)?.data[0]);
  };
  const quantiseTensor = (tensor: string, floats = tensor): void => {
    const [scale, zero] = parametersOf(tensor);
    integers.set(tensor, [emit('QuantizeLinear', [floats, scale, zero], `${tensor}/quantised`), scale, zero]);
  };

  const planned = new Set([...plan.nodes.values()].map(({ output }) => output));
  const readAsFloats = floatReads(graph, plan);
  const makeIntegers = (tensor: string): void => {
    const given = plan.given.get(tensor);
    if (given !== undefined) integers.set(tensor, [given.inputs[0] ?? '', ...parametersOf(tensor)]);
    else if (plan.levelsOf.has(tensor) && !planned.has(tensor)) quantiseTensor(tensor);
  };
  for (const { name } of graph.inputs) makeIntegers(name);
  for (const original of graph.nodes) {
    if (plan.folded.has(original)) continue;
    const known = plan.nodes.get(original);
    if (known === undefined) {
      nodes.push(original);
      original.outputs.forEach(makeIntegers);
      continue;
    }
    const { output } = known;
    // A DequantizeLinear of its own for each reader: onnxruntime fuses no shared one.
    const read = original.inputs
      .slice(0, activationsOf(original))
      .map((name) => emit('DequantizeLinear', integers.get(name) ?? [name], `${name}/dequantised`));
    const rest =
      original.op === 'Conv'
        ? quantisedWeights(original, scaleOf(original.inputs[0] ?? ''))
        : original.inputs.slice(read.length);
    const floats = freeName(`${output}/floats`, taken);
    nodes.push({ ...original, inputs: [...read, ...rest], outputs: [floats] });
    quantiseTensor(output, floats);
    if (readAsFloats.has(output)) {
      // The original node may be called like its output.
      const name = freeName(`${output}/dequantised`, taken);
      nodes.push({ ...node('DequantizeLinear', integers.get(output) ?? [], [output]), name });
    }
  }
  return { ...model, graph: { ...graph, nodes, initializers: usedOnly(nodes, initializers) } };

  function quantisedWeights(
    { inputs: [, weights = '', bias = ''] }: GraphNode,
    inputScale: number,
  ): string[] {
    const floats = graph.initializers.get(weights);
    if (floats === undefined) return [];
    const made = quantiseWeights(floats, graph.initializers.get(bias), inputScale);
    const axis = { axis: { int: 0 } };
    const scales = constant(`${weights}/scale`, made.scales);
    const zeros = constant(`${weights}/zero_point`, {
      type: 'int8',
      dims: made.scales.dims,
      data: new Int8Array(made.scales.data.length),
    });
    const dequantised = emit(
      'DequantizeLinear',
      [constant(`${weights}/quantised`, made.levels), scales, zeros],
      `${weights}/dequantised`,
      axis,
    );
    if (made.bias === undefined) return [dequantised];
    const biasLevels = constant(`${bias}/quantised`, made.bias);
    const biasScales = constant(`${bias}/scale`, made.biasScales);
    return [dequantised, emit('DequantizeLinear', [biasLevels, biasScales], `${bias}/dequantised`, axis)];
  }
}

function levelsOfTensor(tensor: string, levels: ReadonlyMap<string, Levels>): Levels {
  const known = levels.get(tensor);
  if (known === undefined) throw new RangeError(`Expected levels for the tensor ${tensor} but found none.`);
  return known;
}

/** Tensors that nodes in floating point read, or that the graph gives. */
function floatReads(graph: Model['graph'], { nodes }: QuantisationPlan): Set<string> {
  return new Set([
    ...graph.outputs.map(({ name }) => name),
    ...graph.nodes.filter((one) => !nodes.has(one)).flatMap(({ inputs }) => inputs),
  ]);
}

function usedOnly(
  nodes: readonly GraphNode[],
  initializers: ReadonlyMap<string, Tensor>,
): Map<string, Tensor> {
  const used = new Set(nodes.flatMap(({ inputs }) => inputs));
  return new Map([...initializers].filter(([name]) => used.has(name)));
}
