import { RegraftError } from '../errors.ts';
import { int64s, node } from '../onnx/build.ts';
import { cutAt } from '../onnx/cut.ts';
import { backward } from '../onnx/gradient/backward.ts';
import type { Model, ValueInfo } from '../onnx/graph.ts';
import { dequantise } from '../onnx/passes/dequantise.ts';
import type { Shapes } from '../onnx/passes/pass.ts';
import { nodesBetween } from './nodes-between.ts';
import type { SpatialTensor } from './spatial-tensor.ts';

/** The input that tells which class is to be explained: float32 `[1, classes]`, 1 for it and 0 for the others. */
export const explainedInput = 'explained';

/** The output with the share of each place in the logit: float32, the spatial tensor's shape without its channels. */
export const mapOutput = 'explained/map';

/** What a map is drawn of. */
export interface MapSource {
  readonly spatial: SpatialTensor;
  /** The tensor that the places are pooled into on their way to the head. */
  readonly tap: string;
  /** The logits of all classes, `[1, classes]`. */
  readonly logits: string;
}

/**
 * Makes the graph that shares a class's logit out over the places of a photo: `map[place] = Σ_channel a[channel, place] · ∂logit/∂a[channel, place]`.
 * Behind an average and a linear head that is class activation mapping (Zhou et al., Learning Deep Features for Discriminative Localization, 2016), whose
 * sum is the tap's part of the logit exactly; elsewhere it is its linearisation at the photo (Draelos & Carin, Use HiResCAM instead of Grad-CAM, 2020).
 *
 * Its inputs are {@link explainedInput} and the tensors of the model that it reads, among them the spatial one; its only output is {@link mapOutput}.
 * What else the head reads counts as constant, and quantised values as the real numbers that they stand for.
 *
 * @throws RegraftError `NOT_DIFFERENTIABLE` or `OPERATOR_UNSUPPORTED` when no gradient leads from the logits to the spatial tensor.
 */
export function buildMapGraph(model: Model, shapes: Shapes, { spatial, tap, logits }: MapSource): Model {
  const tail = dequantise(cutTail(model, shapes, spatial.name, tap, logits));
  const classes = tail.graph.outputs[0]?.dims[1] ?? '';
  const scored: Model = {
    ...tail,
    graph: {
      ...tail.graph,
      inputs: [...tail.graph.inputs, { name: explainedInput, type: 'float32', dims: [1, classes] }],
      nodes: [
        ...tail.graph.nodes,
        node('Mul', [logits, explainedInput], ['explained/logits']),
        node('ReduceSum', ['explained/logits'], ['explained/logit'], { keepdims: { int: 0 } }),
      ],
    },
  };
  const { draft, gradients } = backward(scored, 'explained/logit', [spatial.name]);
  const gradient = gradients.get(spatial.name);
  if (gradient === undefined) {
    throw new RegraftError(
      'NOT_DIFFERENTIABLE',
      `The logits of ${model.graph.name} do not depend on ${spatial.name}.`,
    );
  }
  const output: ValueInfo = {
    name: mapOutput,
    type: 'float32',
    dims: (shapes.get(spatial.name)?.dims ?? []).filter((_, axis) => axis !== spatial.channelAxis),
  };
  const whole: Model = {
    ...scored,
    graph: {
      ...scored.graph,
      nodes: [
        ...scored.graph.nodes.map((known) => draft.extended.get(known) ?? known),
        ...draft.nodes,
        node('Mul', [spatial.name, gradient], ['explained/shares']),
        node('ReduceSum', ['explained/shares', 'explained/axis'], [mapOutput], { keepdims: { int: 0 } }),
      ],
      initializers: new Map([
        ...scored.graph.initializers,
        ...draft.initializers,
        ['explained/axis', int64s([spatial.channelAxis])],
      ]),
    },
  };
  return withUsedInputs(cutAt(whole, [output]));
}

/** The part of a model from a spatial tensor by way of the tap to the logits; everything else that it reads becomes an input. */
function cutTail(model: Model, shapes: Shapes, spatial: string, tap: string, logits: string): Model {
  const { graph } = model;
  const kept = new Set([...nodesBetween(graph, spatial, tap), ...nodesBetween(graph, tap, logits)]);
  const nodes = graph.nodes.filter((known) => kept.has(known));
  const made = new Set(nodes.flatMap(({ outputs }) => outputs));
  const read = new Set(
    nodes.flatMap(({ inputs }) => inputs.filter((name) => name !== '' && !made.has(name))),
  );
  const open = [...read].filter((name) => !graph.initializers.has(name));
  return {
    ...model,
    metadata: {},
    graph: {
      ...graph,
      nodes,
      initializers: new Map([...graph.initializers].filter(([name]) => read.has(name))),
      inputs: open.map((name) => infoOf(name, shapes)),
      outputs: [infoOf(logits, shapes)],
    },
  };
}

function infoOf(name: string, shapes: Shapes): ValueInfo {
  const facts = shapes.get(name);
  if (facts !== undefined) return { name, type: facts.type, dims: facts.dims };
  throw new RegraftError('NOT_DIFFERENTIABLE', `The shape of the tensor ${name} is not known.`);
}

function withUsedInputs(model: Model): Model {
  const { graph } = model;
  const read = new Set(graph.nodes.flatMap(({ inputs }) => inputs));
  return { ...model, graph: { ...graph, inputs: graph.inputs.filter(({ name }) => read.has(name)) } };
}
