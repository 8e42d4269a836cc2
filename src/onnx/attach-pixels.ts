import type { PixelScaling } from '../shared/preprocess.ts';
import { floats, int64s, node } from './build.ts';
import type { Graph, GraphNode, Model, Tensor, ValueInfo } from './graph.ts';
import { freeName, namesOf } from './names.ts';
import { renameTensor } from './rename.ts';

/** The name of the input that {@link attachPixels} gives a model. */
export const pixelsInput = 'image';

/**
 * Gives an image network the input `image`, uint8 RGB `[N, height, width, 3]` (N is 1 where the network takes one photo at a time), by putting layout and scaling in front of it:
 * `pixel · (1 / std) − mean / std`, both constants rounded to float32 once. What would change nothing is left out.
 *
 * @param layout - Of the network's one input: `[N, 3, H, W]` or `[N, H, W, 3]`; open H and W take the size.
 * @param scaling - Undefined for a network whose input is uint8, else how it wants its float32 pixels.
 * @throws Error when the network's input does not fit scaling, layout or size: the caller resolves them from that input.
 */
export function attachPixels(
  model: Model,
  layout: 'NCHW' | 'NHWC',
  scaling: PixelScaling | undefined,
  size: { readonly width: number; readonly height: number },
): Model {
  const input = checkInput(model.graph, layout, scaling, size);
  const taken = namesOf(model.graph);
  // `image` becomes the name of the pixels; whatever has it now makes way.
  const isTaken = taken.has(pixelsInput);
  const aside = isTaken ? freeName(`${pixelsInput}/network`, taken) : pixelsInput;
  const graph = isTaken ? renameTensor(model.graph, pixelsInput, aside) : model.graph;
  const target = input.name === pixelsInput ? aside : input.name;
  const pixels: ValueInfo = {
    name: pixelsInput,
    type: 'uint8',
    // A network for one photo at a time says so.
    dims: [input.dims[0] === 1 ? 1 : 'N', size.height, size.width, 3],
  };
  taken.add(pixelsInput);

  const steps = [
    ...layoutSteps(layout, scaling),
    ...(scaling === undefined ? [] : scalingSteps(layout, scaling)),
  ];
  if (steps.length === 0) {
    return { ...model, graph: { ...renameTensor(graph, target, pixelsInput), inputs: [pixels] } };
  }
  const { nodes, initializers } = chain(steps, target, taken);
  return {
    ...model,
    graph: {
      ...graph,
      nodes: [...nodes, ...graph.nodes],
      initializers: new Map([...initializers, ...graph.initializers]),
      inputs: [pixels],
    },
  };
}

function checkInput(
  { name, inputs }: Graph,
  layout: 'NCHW' | 'NHWC',
  scaling: PixelScaling | undefined,
  { width, height }: { readonly width: number; readonly height: number },
): ValueInfo {
  const [input, ...more] = inputs;
  if (input === undefined || more.length > 0) {
    throw new Error(`Expected one input of ${name} but found ${inputs.length}`);
  }
  const type = scaling === undefined ? 'uint8' : 'float32';
  const wanted = layout === 'NCHW' ? [3, height, width] : [height, width, 3];
  const fits =
    input.type === type &&
    input.dims.length === 4 &&
    wanted.every((dim, index) => typeof input.dims[index + 1] === 'string' || input.dims[index + 1] === dim);
  if (fits) return input;
  throw new Error(
    `Expected ${type} [N, ${wanted.join(', ')}] as input ${input.name} of ${name} but found ${input.type} [${input.dims.join(', ')}]`,
  );
}

/** A node in the making: it reads the one before it and, if there is one, a constant. */
interface Step {
  readonly op: string;
  readonly name: string;
  readonly constant?: Tensor;
  readonly attributes?: GraphNode['attributes'];
}

/** Layout first, while a pixel is one byte. */
function layoutSteps(layout: 'NCHW' | 'NHWC', scaling: PixelScaling | undefined): Step[] {
  const transpose: Step = {
    op: 'Transpose',
    name: 'channels_first',
    attributes: { perm: { ints: [0, 3, 1, 2] } },
  };
  const reverse: Step = {
    op: 'Gather',
    name: 'reversed',
    constant: int64s([2, 1, 0]),
    attributes: { axis: { int: layout === 'NCHW' ? 1 : 3 } },
  };
  return [...(layout === 'NCHW' ? [transpose] : []), ...(scaling?.order === 'BGR' ? [reverse] : [])];
}

function scalingSteps(layout: 'NCHW' | 'NHWC', { order, mean, std }: PixelScaling): Step[] {
  const scale = std.map((value) => 1 / value);
  const offset = mean.map((value, channel) => -value / (std[channel] ?? 1));
  const constant = (values: readonly number[]): Tensor => {
    const ordered = order === 'BGR' ? values.toReversed() : values;
    // A scalar multiplies faster than a vector that repeats it.
    const isPlain = ordered.every((value) => value === ordered[0]);
    if (isPlain) return floats([], ordered.slice(0, 1));
    return floats(layout === 'NCHW' ? [3, 1, 1] : [3], ordered);
  };
  return [
    // 1: float32.
    { op: 'Cast', name: 'float', attributes: { to: { int: 1 } } },
    ...(scale.every((value) => value === 1)
      ? []
      : [{ op: 'Mul', name: 'scaled', constant: constant(scale) }]),
    ...(offset.every((value) => value === 0)
      ? []
      : [{ op: 'Add', name: 'shifted', constant: constant(offset) }]),
  ];
}

function chain(
  steps: readonly Step[],
  target: string,
  taken: Set<string>,
): { readonly nodes: GraphNode[]; readonly initializers: Map<string, Tensor> } {
  const initializers = new Map<string, Tensor>();
  let current = pixelsInput;
  const nodes = steps.map(({ op, name, constant, attributes }, index) => {
    const own = freeName(`${pixelsInput}/${name}`, taken);
    const inputs = [current];
    if (constant !== undefined) {
      const key = freeName(`${own}/constant`, taken);
      initializers.set(key, constant);
      inputs.push(key);
    }
    current = index === steps.length - 1 ? target : own;
    return { ...node(op, inputs, [current], attributes), name: own };
  });
  return { nodes, initializers };
}
