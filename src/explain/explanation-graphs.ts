import { RegraftError } from '../errors.ts';
import type { ModelMetadata } from '../model/metadata.ts';
import { isOperator } from '../onnx/attributes.ts';
import type { Model, ValueInfo } from '../onnx/graph.ts';
import { cutAt } from '../onnx/cut.ts';
import { inferShapes } from '../onnx/infer-shapes.ts';
import type { Shapes } from '../onnx/passes/pass.ts';
import { buildMapGraph, explainedInput, type MapSource } from './map-graph.ts';
import { findSpatialTensor, type SpatialTensor } from './spatial-tensor.ts';

/** A map that is drawn by a graph of its own. */
export interface MapGraph {
  readonly model: Model;
  readonly spatial: SpatialTensor;
  /** The tensors of the network that it reads, by name. */
  readonly reads: readonly string[];
}

/** The graphs that explain what a model says of a photo. */
export interface ExplanationGraphs {
  /** The model, which also gives what the maps are drawn of. */
  readonly network: Model;
  /** One for each head that reads places: usually one, with a fine-tuned part that is joined with the frozen one two. */
  readonly maps: readonly MapGraph[];
}

/**
 * Makes the graphs that explain a model: of each of its heads the map of the last tap that knows places.
 *
 * @throws RegraftError `NOT_EXPLAINABLE` when there is no such tap, or no gradient leads back to it.
 */
export function buildExplanationGraphs(
  model: Model,
  { backbone, fineTuned }: Pick<ModelMetadata, 'backbone' | 'fineTuned'>,
  path: string,
): ExplanationGraphs {
  const shapes = inferShapes(model);
  const last = model.graph.nodes.find(({ outputs }) => outputs.includes(model.graph.outputs[0]?.name ?? ''));
  const logits = isOperator(last, 'Softmax', 'Sigmoid') ? last.inputs[0] : undefined;
  if (logits === undefined) throw notExplainable(path, 'its probabilities are not those of logits');
  // A network with its own classes has no taps that the head is joined to.
  const heads =
    backbone.taps.length === 0 ? [[logits]] : [backbone.taps, ...(fineTuned ? [fineTuned.taps] : [])];
  const maps = new Map<string, MapGraph>();
  let cause: unknown;
  for (const taps of heads) {
    for (const tap of taps.toReversed()) {
      const spatial = findSpatialTensor(model, shapes, tap);
      if (spatial === undefined) continue;
      try {
        maps.set(spatial.name, mapOf(model, shapes, { spatial, tap, logits }));
        break;
      } catch (error) {
        if (!(error instanceof RegraftError)) throw error;
        cause = error;
      }
    }
  }
  if (maps.size === 0) {
    const reason =
      cause instanceof RegraftError
        ? `no gradient leads back to them (${cause.message})`
        : 'its head reads nothing that was pooled over them';
    throw notExplainable(path, reason, cause);
  }
  const outputs = new Map(model.graph.outputs.map((output) => [output.name, output]));
  for (const name of [...maps.values()].flatMap(({ reads }) => reads)) {
    outputs.set(name, describeTensor(name, shapes));
  }
  return { network: cutAt(model, [...outputs.values()]), maps: [...maps.values()] };
}

function mapOf(model: Model, shapes: Shapes, source: MapSource): MapGraph {
  const map = buildMapGraph(model, shapes, source);
  const names = map.graph.inputs.map(({ name }) => name);
  return { model: map, spatial: source.spatial, reads: names.filter((name) => name !== explainedInput) };
}

function describeTensor(name: string, shapes: Shapes): ValueInfo {
  const facts = shapes.get(name);
  if (facts === undefined) throw new Error(`The shape of ${name} is not known`);
  return { name, type: facts.type, dims: facts.dims };
}

function notExplainable(path: string, reason: string, cause?: unknown): RegraftError {
  return new RegraftError(
    'NOT_EXPLAINABLE',
    `Expected a model whose classes can be traced to places in the photo but found in ${path} that ${reason}.`,
    {
      hint: 'Train on taps that are averaged over the picture (`--tap`); the predictions themselves are not affected.',
      cause,
    },
  );
}
