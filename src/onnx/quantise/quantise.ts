import { node } from '../build.ts';
import type { Attribute, Graph, GraphNode, Model, Tensor } from '../graph.ts';
import { freeName, namesOf } from '../names.ts';
import { type Levels, levelsOver } from './levels.ts';
import { activationsOf, type QuantisationPlan } from './plan.ts';
import { quantiseWeights } from './quantise-weights.ts';
import type { ValueRange } from '../value-ranges.ts';

/** What is known of the values of a graph's tensors. */
export interface MeasuredTensors {
  /** What 8-bit levels of each tensor of the plan should reach over, but of the given ones. */
  readonly ranges: ReadonlyMap<string, ValueRange>;
  /** Of each channel of what each convolution reads. */
  readonly means: ReadonlyMap<string, ArrayLike<number>>;
}

/** A tensor as integers: the names of its levels, their scale and their zero point. */
type Integers = readonly [levels: string, scale: string, zero: string];

/**
 * Writes the planned nodes with QuantizeLinear and DequantizeLinear around them (QDQ), which runtimes fuse into kernels on integers: unsigned
 * 8-bit activations with a scale for each tensor, signed weights with one for each output channel, 32-bit bias.
 *
 * @throws RangeError when a tensor of the plan was not measured
 */
export function quantise(
  { graph, ...model }: Model,
  plan: QuantisationPlan,
  measured: MeasuredTensors,
): Model {
  const draft = startDraft(graph, plan, measured);
  const planned = new Set([...plan.nodes.values()].map(({ output }) => output));
  const readAsFloats = floatReads(graph, plan);
  const makeIntegers = (tensor: string): void => {
    if (plan.levelsOf.has(tensor) && !planned.has(tensor)) draft.quantiseTensor(tensor, tensor);
  };
  for (const { name } of graph.inputs) makeIntegers(name);
  for (const original of graph.nodes) {
    if (plan.folded.has(original)) continue;
    const known = plan.nodes.get(original);
    if (known === undefined) {
      draft.nodes.push(original);
      original.outputs.forEach(makeIntegers);
      continue;
    }
    const activations = original.inputs.slice(0, activationsOf(original));
    // A DequantizeLinear of its own for each reader: onnxruntime fuses no shared one.
    const read = activations.map((name) => draft.dequantise(name, `${name}/dequantised`));
    const rest =
      original.op === 'Conv' ? draft.quantisedWeights(original) : original.inputs.slice(read.length);
    const floats = draft.newName(`${known.output}/floats`);
    draft.nodes.push({ ...original, inputs: [...read, ...rest], outputs: [floats] });
    draft.quantiseTensor(known.output, floats);
    if (readAsFloats.has(known.output)) draft.restore(known.output);
  }
  return { ...model, graph: { ...graph, nodes: draft.nodes, initializers: draft.usedConstants() } };
}

interface Draft {
  readonly nodes: GraphNode[];
  newName(wanted: string): string;
  /** Adds the integers of a tensor, made of the tensor `floats`. */
  quantiseTensor(tensor: string, floats: string): void;
  /** Adds the numbers of a tensor's integers as a new tensor. */
  dequantise(tensor: string, wanted: string): string;
  /** Makes a tensor again by its own name, of its integers. */
  restore(tensor: string): void;
  /** Adds weights and bias of a convolution, and gives the names of both. */
  quantisedWeights(conv: GraphNode): string[];
  usedConstants(): Map<string, Tensor>;
}

function startDraft(graph: Graph, plan: QuantisationPlan, { ranges, means }: MeasuredTensors): Draft {
  const taken = namesOf(graph);
  const constants = new Map(graph.initializers);
  const nodes: GraphNode[] = [];
  const integers = new Map<string, Integers>();
  const newName = (wanted: string): string => freeName(wanted, taken);
  const constant = (wanted: string, tensor: Tensor): string => {
    const name = newName(wanted);
    constants.set(name, tensor);
    return name;
  };
  const emit = (
    op: string,
    inputs: readonly string[],
    wanted: string,
    attributes: Record<string, Attribute> = {},
  ): string => {
    const name = newName(wanted);
    nodes.push(node(op, inputs, [name], attributes));
    return name;
  };
  const parameters = new Map<string, readonly [scale: string, zero: string]>();
  const parametersOf = (tensor: string): readonly [scale: string, zero: string] => {
    const root = plan.levelsOf.get(tensor) ?? tensor;
    const given = plan.given.get(root);
    const known = parameters.get(root) ?? (given && [given.inputs[1] ?? '', given.inputs[2] ?? '']);
    if (known !== undefined) return known;
    const { scale, zero } = levelsOfTensor(root, ranges);
    const names = [
      constant(`${root}/scale`, { type: 'float32', dims: [], data: Float32Array.of(scale) }),
      constant(`${root}/zero_point`, { type: 'uint8', dims: [], data: Uint8Array.of(zero) }),
    ] as const;
    parameters.set(root, names);
    return names;
  };
  return {
    nodes,
    newName,
    quantiseTensor(tensor, floats) {
      const given = plan.given.get(tensor)?.inputs[0];
      const names = parametersOf(tensor);
      integers.set(tensor, [
        given ?? emit('QuantizeLinear', [floats, ...names], `${tensor}/quantised`),
        ...names,
      ]);
    },
    dequantise: (tensor, wanted) => emit('DequantizeLinear', integers.get(tensor) ?? [], wanted),
    restore(tensor) {
      // The original node may be called like its output.
      const name = newName(`${tensor}/dequantised`);
      nodes.push({ ...node('DequantizeLinear', integers.get(tensor) ?? [], [tensor]), name });
    },
    quantisedWeights(conv) {
      const [input = '', weights = '', bias = ''] = conv.inputs;
      const floats = graph.initializers.get(weights);
      if (floats === undefined) throw new RangeError(`Expected constant weights ${weights} but found none.`);
      const scale = Number(constants.get(parametersOf(input)[0])?.data[0]);
      const made = quantiseWeights(conv, floats, graph.initializers.get(bias), {
        scale,
        means: means.get(input) ?? [],
      });
      const axis = { axis: { int: 0 } };
      const { dims } = made.scales;
      const zeros: Tensor = { type: 'int8', dims, data: new Int8Array(made.scales.data.length) };
      const weightInputs = [
        constant(`${weights}/quantised`, made.levels),
        constant(`${weights}/scale`, made.scales),
        constant(`${weights}/zero_point`, zeros),
      ];
      const ownBias = bias === '' ? `${conv.outputs[0] ?? ''}/bias` : bias;
      const biasInputs = [
        constant(`${ownBias}/quantised`, made.bias),
        constant(`${ownBias}/scale`, made.biasScales),
      ];
      return [
        emit('DequantizeLinear', weightInputs, `${weights}/dequantised`, axis),
        emit('DequantizeLinear', biasInputs, `${ownBias}/dequantised`, axis),
      ];
    },
    usedConstants() {
      const used = new Set(nodes.flatMap(({ inputs }) => inputs));
      return new Map([...constants].filter(([name]) => used.has(name)));
    },
  };
}

function levelsOfTensor(tensor: string, ranges: ReadonlyMap<string, ValueRange>): Levels {
  const range = ranges.get(tensor);
  if (range === undefined) throw new RangeError(`Expected a range of the tensor ${tensor} but found none.`);
  return levelsOver(range);
}

/** Tensors that nodes in floating point read, or that the graph gives. */
function floatReads(graph: Graph, { nodes }: QuantisationPlan): Set<string> {
  return new Set([
    ...graph.outputs.map(({ name }) => name),
    ...graph.nodes.filter((one) => !nodes.has(one)).flatMap(({ inputs }) => inputs),
  ]);
}
