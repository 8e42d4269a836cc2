import { RegraftError } from '../../errors.ts';
import { node } from '../../onnx/build.ts';
import type { Attribute, GraphNode, Model, Tensor } from '../../onnx/graph.ts';
import { storedShape } from './layout.ts';

/** A length of a shape: `N` is the batch, which stays open. */
export type Dim = number | 'N';

/**
 * A tensor of a network that is being written, in TensorFlow's terms: channels last. Values of rank 4 are stored channels first
 * (`[N, C, H, W]` for the shape `[N, H, W, C]`), all others as their shape says.
 */
export interface Value {
  /** The ONNX tensor's name. */
  readonly name: string;
  readonly shape: readonly Dim[];
  /** A picture `[height, width, channels]` that was flattened and is still stored channels first, so that no transpose is spent on it. */
  readonly picture?: readonly [number, number, number];
  /** What this is without the zeros around it, `[top, left, bottom, right]`: a convolution pads by itself. */
  readonly unpadded?: { readonly value: Value; readonly pads: readonly [number, number, number, number] };
}

/** A network that is being written layer by layer. */
export interface Draft {
  /** The file's name, for errors. */
  readonly source: string;
  readonly nodes: GraphNode[];
  readonly initializers: Map<string, Tensor>;
  readonly taken: Set<string>;
}

/** Starts an empty network. */
export function startDraft(source: string): Draft {
  return { source, nodes: [], initializers: new Map(), taken: new Set() };
}

/** Adds the network's input, a picture `[N, height, width, channels]` that is stored channels first. */
export function addInput(draft: Draft, name: string, shape: readonly [number, number, number]): Value {
  claim(draft, name);
  return { name, shape: ['N', ...shape] };
}

/**
 * Writes one operator and gives its result.
 *
 * @param name - The result's name.
 * @throws RegraftError `BACKBONE_INVALID` when the name is taken.
 */
export function emit(
  draft: Draft,
  op: string,
  inputs: readonly string[],
  { name, shape }: Pick<Value, 'name' | 'shape'>,
  attributes: Readonly<Record<string, Attribute>> = {},
): Value {
  claim(draft, name);
  draft.nodes.push(node(op, inputs, [name], attributes));
  return { name, shape };
}

/** Adds a constant and gives its name. */
export function addConstant(draft: Draft, name: string, tensor: Tensor): string {
  claim(draft, name);
  draft.initializers.set(name, tensor);
  return name;
}

/** Ends a network of one input: set 17, outputs under their names and in their stored order. */
export function finishDraft(draft: Draft, input: Value, outputs: readonly Value[]): Model {
  const describe = ({ name, shape }: Value): Model['graph']['inputs'][number] => ({
    name,
    type: 'float32',
    dims: storedShape(shape),
  });
  return {
    opset: 17,
    metadata: {},
    graph: {
      name: draft.source,
      nodes: draft.nodes,
      initializers: draft.initializers,
      inputs: [describe(input)],
      outputs: outputs.map(describe),
    },
  };
}

function claim({ taken, source }: Draft, name: string): void {
  if (taken.has(name)) {
    throw new RegraftError('BACKBONE_INVALID', `Two tensors of ${source} are called "${name}".`, {
      hint: 'The file may be damaged: fetch it again.',
    });
  }
  taken.add(name);
}
