import { describeView, type PhotoView, type ViewCrop } from '../shared/photo-view.ts';
import { pixelsInput } from './attach-pixels.ts';
import { floats, int64s, node } from './build.ts';
import type { GraphNode, Model, Tensor } from './graph.ts';
import { freeName, namesOf } from './names.ts';
import { renameTensor } from './rename.ts';

/** The name of the input that {@link attachViews} adds for pixels that are taken as they are. */
export const extraInput = 'extra';

/** How views are attached. */
export interface AttachViewsOptions {
  /** Adds the input `extra`, uint8 `[M, height, width, 3]`, whose pictures follow the views. @default false */
  readonly withExtra?: boolean;
}

/**
 * Lets a network look at several views of each photo: from its input `image`, uint8 `[N, height, width, 3]`, the graph makes the views
 * and runs the network on all of them, so that its outputs have `[V · N, size]`: all photos in the first view, then in the second, and so on.
 * The whole photo alone changes nothing.
 *
 * A mirrored view is turned left to right; a part is stretched to the full size by bilinear interpolation between pixel centres, its border
 * repeated, and rounded to whole levels.
 *
 * @throws Error when the network takes one photo at a time: the caller checks that.
 */
export function attachViews(
  model: Model,
  views: readonly PhotoView[],
  { withExtra = false }: AttachViewsOptions = {},
): Model {
  const [input] = model.graph.inputs;
  const [batch, height, width] = input?.dims ?? [];
  if (input?.name !== pixelsInput || typeof height !== 'number' || typeof width !== 'number') {
    throw new Error(`Expected the input ${pixelsInput} of ${model.graph.name} with a known size`);
  }
  if (views.length === 1 && views[0] === 'whole' && !withExtra) return model;
  if (batch === 1) {
    throw new Error(`Expected a network for any number of photos but ${model.graph.name} takes one`);
  }

  const taken = namesOf(model.graph);
  const all = freeName(`${pixelsInput}/views`, taken);
  // A tensor that is called as the second input makes way.
  const own = withExtra && taken.has(extraInput) ? freeName(`${extraInput}/network`, taken) : extraInput;
  const graph = renameTensor(renameTensor(model.graph, extraInput, own), pixelsInput, all);
  const draft: Draft = { taken, nodes: [], initializers: new Map(), made: new Map() };
  const parts = views.map((view) => drawView(view, { height, width }, draft));
  const extra = withExtra ? [extraInput] : [];
  draft.nodes.push(node('Concat', [...parts, ...extra], [all], { axis: { int: 0 } }));
  return {
    ...model,
    graph: {
      ...graph,
      nodes: [...draft.nodes, ...graph.nodes],
      initializers: new Map([...draft.initializers, ...graph.initializers]),
      inputs: [
        input,
        ...extra.map((name) => ({ name, type: 'uint8', dims: ['M', height, width, 3] }) as const),
      ],
      outputs: graph.outputs.map((output) => ({ ...output, dims: ['V', ...output.dims.slice(1)] })),
    },
  };
}

interface Size {
  readonly height: number;
  readonly width: number;
}

/** Nodes in the making. */
interface Draft {
  readonly taken: Set<string>;
  readonly nodes: GraphNode[];
  readonly initializers: Map<string, Tensor>;
  /** The tensor of each part that was drawn. */
  readonly made: Map<ViewCrop, string>;
}

function drawView(view: PhotoView, size: Size, draft: Draft): string {
  const { crop, mirrored } = describeView(view);
  const part = draft.made.get(crop) ?? drawCrop(crop, size, draft);
  draft.made.set(crop, part);
  if (!mirrored) return part;
  // From the last column to before the first.
  return slice(part, { starts: [-1], ends: [-(size.width + 1)], axes: [2], steps: [-1] }, view, draft);
}

function drawCrop(crop: ViewCrop, size: Size, draft: Draft): string {
  if (crop === 'whole') return pixelsInput;
  const { top, left, height, width } = placeCrop(crop, size);
  const bounds = { starts: [top, left], ends: [top + height, left + width], axes: [1, 2], steps: [1, 1] };
  const cut = slice(pixelsInput, bounds, `${crop}/cut`, draft);
  const scales = constant(
    `${crop}/scales`,
    floats([4], [1, scaleTo(height, size.height), scaleTo(width, size.width), 1]),
    draft,
  );
  // In floating point: runtimes round what they resize in integers each in their own way.
  const real = step('Cast', [cut], `${crop}/real`, { to: { int: 1 } }, draft);
  const attributes = { mode: { string: 'linear' }, coordinate_transformation_mode: { string: 'half_pixel' } };
  const stretched = step('Resize', [real, '', scales], `${crop}/stretched`, attributes, draft);
  const rounded = step('Round', [stretched], `${crop}/rounded`, {}, draft);
  return step('Cast', [rounded], crop, { to: { int: 2 } }, draft);
}

/** Where a part lies in pixels: 80 % of each side, rounded; in the middle rounded to the top left. */
function placeCrop(
  crop: Exclude<ViewCrop, 'whole'>,
  size: Size,
): Size & { readonly top: number; readonly left: number } {
  const [height, width] = [
    Math.max(1, Math.round(size.height * 0.8)),
    Math.max(1, Math.round(size.width * 0.8)),
  ];
  const rest = { down: size.height - height, across: size.width - width };
  if (crop === 'centre-80') {
    return { top: Math.floor(rest.down / 2), left: Math.floor(rest.across / 2), height, width };
  }
  return {
    top: crop.startsWith('top') ? 0 : rest.down,
    left: crop.includes('left') ? 0 : rest.across,
    height,
    width,
  };
}

/** The float32 scale whose product with a length, which is rounded down, is another length. */
function scaleTo(from: number, to: number): number {
  const scale = new Float32Array([to / from]);
  const bits = new Uint32Array(scale.buffer);
  if (scale[0]! * from < to) bits[0]! += 1;
  return scale[0]!;
}

function slice(
  input: string,
  bounds: Readonly<Record<'starts' | 'ends' | 'axes' | 'steps', readonly number[]>>,
  name: string,
  draft: Draft,
): string {
  const { starts, ends, axes, steps } = bounds;
  const limits = Object.entries({ starts, ends, axes, steps }).map(([key, values]) =>
    constant(`${name}/${key}`, int64s(values), draft),
  );
  return step('Slice', [input, ...limits], name, {}, draft);
}

function constant(name: string, tensor: Tensor, { taken, initializers }: Draft): string {
  const own = freeName(`${pixelsInput}/${name}`, taken);
  initializers.set(own, tensor);
  return own;
}

function step(
  op: string,
  inputs: readonly string[],
  name: string,
  attributes: GraphNode['attributes'],
  { taken, nodes }: Draft,
): string {
  const own = freeName(`${pixelsInput}/${name}`, taken);
  nodes.push(node(op, inputs, [own], attributes));
  return own;
}
