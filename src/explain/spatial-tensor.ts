import { channelAxes } from '../backbone/taps/channel-axis.ts';
import type { Size } from '../image/enlarge.ts';
import { intsAttribute, isOperator } from '../onnx/attributes.ts';
import type { GraphNode, Model } from '../onnx/graph.ts';
import type { Shapes } from '../onnx/passes/pass.ts';
import { nodesBetween } from './nodes-between.ts';

/** A tensor that says something of every place of a photo. */
export interface SpatialTensor {
  readonly name: string;
  readonly channelAxis: number;
  /** How many places it has, down and across. */
  readonly grid: Size;
  /** How many tokens that stand for no place come before those of the places; 0 for a picture. */
  readonly prefix: number;
}

/** The most class and register tokens that networks put before those of the places. */
const mostPrefix = 8;

/**
 * Finds the last tensor on the way to another that still knows places: a picture `[N, channels, height, width]`, in any layout, or tokens
 * `[N, tokens, channels]` that are averaged behind it. Undefined when there is none.
 */
export function findSpatialTensor(model: Model, shapes: Shapes, to: string): SpatialTensor | undefined {
  const [, height, width] = model.graph.inputs[0]?.dims ?? [];
  if (typeof height !== 'number' || typeof width !== 'number') return undefined;
  const input = { height, width };
  for (const node of nodesBetween(model.graph, undefined, to).toReversed()) {
    for (const name of node.outputs) {
      const found = placesOf(name, model, shapes, input, to);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function placesOf(
  name: string,
  model: Model,
  shapes: Shapes,
  input: Size,
  to: string,
): SpatialTensor | undefined {
  const { type, dims = [] } = shapes.get(name) ?? {};
  if (type !== 'float32') return undefined;
  if (dims.length === 3) {
    const [, tokens, channels] = dims;
    if (typeof tokens !== 'number' || typeof channels !== 'number') return undefined;
    const prefixes = Array.from({ length: mostPrefix + 1 }, (_, prefix) => prefix);
    for (const prefix of prefixes) {
      const grid = gridOf(tokens - prefix, input);
      if (grid === undefined) continue;
      const isAveraged = nodesBetween(model.graph, name, to).some(averagesTokens);
      return isAveraged ? { name, channelAxis: 2, grid, prefix } : undefined;
    }
    return undefined;
  }
  if (dims.length !== 4) return undefined;
  const channelAxis = channelAxisOf(name, model, shapes);
  const [height, width] = dims.filter((_, axis) => axis !== 0 && axis !== channelAxis);
  if (channelAxis === undefined || typeof height !== 'number' || typeof width !== 'number') return undefined;
  const grid = { height, width };
  return isPicture(grid, input) ? { name, channelAxis, grid, prefix: 0 } : undefined;
}

function channelAxisOf(name: string, model: Model, shapes: Shapes): number | undefined {
  const { graph } = model;
  const [batch = 'N'] = shapes.get(name)?.dims ?? [];
  // A model of several views has their number in its batch, which no tap of a network has.
  const inputs = graph.inputs.map((input) => ({ ...input, dims: [batch, ...input.dims.slice(1)] }));
  return channelAxes({ ...model, graph: { ...graph, inputs } }, shapes)(name);
}

/** Whether sides may be those of a photo's places: in the photo's own proportions, so that attention between tokens is told from a picture. */
function isPicture({ height, width }: Size, input: Size): boolean {
  if (height < 2 || width < 2 || height > input.height || width > input.width) return false;
  return Math.abs(height * input.width - width * input.height) <= Math.max(input.width, input.height);
}

function gridOf(places: number, input: Size): Size | undefined {
  const height = Math.round(Math.sqrt((places * input.height) / input.width));
  const grid = { height, width: places / height };
  return Number.isInteger(grid.width) && isPicture(grid, input) ? grid : undefined;
}

function averagesTokens(node: GraphNode): boolean {
  return isOperator(node, 'ReduceMean') && intsAttribute(node, 'axes')?.join() === '1';
}
