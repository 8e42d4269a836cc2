import { RegraftError } from '../../errors.ts';
import type { ImportedNetwork } from '../imported-network.ts';
import { type Draft, finishDraft, startDraft, type Value } from '../layers/draft.ts';
import { inOrder } from '../layers/reshape.ts';
import { attributesOf } from './attributes.ts';
import { chooseOutput } from './choose-output.ts';
import { dropDropouts } from './drop-dropouts.ts';
import { invalidGraph } from './invalid-graph.ts';
import { joinDilations } from './join-dilations.ts';
import { type ImportContext, isConstant, isPhoto, type Operand } from './operator.ts';
import { operatorImporters } from './operators.ts';
import { orderNodes } from './order-nodes.ts';
import type { Photo } from './photo.ts';
import { type GraphDefNode, readGraphDef } from './read-graphdef.ts';
import { takeBranches } from './take-branches.ts';
import { type PhotoInput, takePhoto } from './take-photo.ts';

/** What the caller knows about a frozen graph and the file may not tell. */
export interface GraphDefOptions {
  /** The input's size where the graph leaves it open. */
  readonly size?: { readonly width: number; readonly height: number } | undefined;
  /** The tensor to compute, `pool_3/_reshape` or `pool_3/_reshape:0`. @default what no other node reads, a softmax first */
  readonly output?: string | undefined;
}

/**
 * Turns a frozen TensorFlow graph (`.pb`) into an ONNX graph with any batch size. What the graph does to a photo before its first layer is taken out
 * and reported as `preprocess`. Tensors keep their names, without `:0`. Nodes that the output does not need are ignored.
 *
 * @param source - The file's name, for errors.
 * @throws RegraftError `BACKBONE_INVALID` for a broken file, `OPERATOR_UNSUPPORTED` naming operator and node, `PREPROCESS_UNKNOWN` when the
 * input's size is open, `INVALID_OPTION` when the output cannot be chosen or the size contradicts the graph's.
 */
export function importGraphDef(
  bytes: Uint8Array,
  source: string,
  options: GraphDefOptions = {},
): ImportedNetwork {
  const file = readGraphDef(bytes, source);
  const name = chooseOutput(file, source, options.output);
  const nodes = joinDilations(dropDropouts(takeBranches(file)));
  const draft = startDraft(source);
  const photo = photoTaker(draft, options.size);
  const context = { draft, takePhoto: photo.take, spend: spender(source, bytes.length) };
  const results = new Map<string, Operand>();
  const ordered = orderNodes(nodes, name, source);
  const lastReaders = findLastReaders(ordered);
  for (const node of ordered) {
    for (const [key, operand] of importNode(node, results, context)) results.set(key, operand);
    // Weights that were arranged anew are not kept as they were: each would count twice.
    for (const input of node.inputs) {
      if (lastReaders.get(input) === node && input !== name) results.delete(input);
    }
  }
  const output = results.get(name);
  const input = photo.taken();
  if (output === undefined || isConstant(output) || isPhoto(output) || input === undefined) {
    throw invalidGraph(source, `its output, node ${name}, is not computed from a photo`);
  }
  return {
    model: finishDraft(draft, input.value, [inOrder(draft, output)]),
    layout: 'NCHW',
    form: 'float32',
    preprocess: input.preprocess,
  };
}

/** The last node that reads each tensor. */
function findLastReaders(ordered: readonly GraphDefNode[]): ReadonlyMap<string, GraphDefNode> {
  return new Map(ordered.flatMap((node) => node.inputs.map((input) => [input, node] as const)));
}

function importNode(
  node: GraphDefNode,
  results: ReadonlyMap<string, Operand>,
  context: ImportContext,
): readonly (readonly [string, Operand])[] {
  const { name, op } = node;
  const { draft } = context;
  const importer = operatorImporters.get(op);
  if (importer === undefined) {
    throw new RegraftError(
      'OPERATOR_UNSUPPORTED',
      `${op} (node ${name}) in ${draft.source} cannot be imported.`,
      {
        hint: 'Bring the network as ONNX: its own framework can export it. A part of it can be chosen with --network-output.',
      },
    );
  }
  const inputs = node.inputs.map((input) => {
    const operand = results.get(input);
    if (operand !== undefined) return operand;
    throw invalidGraph(draft.source, `node ${name} reads ${input}, a result that Regraft does not compute`);
  });
  const attributes = attributesOf(node, draft.source);
  const made = naming(node, () => importer({ name, op, attributes, inputs, draft, context }));
  const operands = Array.isArray(made) ? (made as readonly Operand[]) : [made as Operand];
  return operands.map((operand, index) => {
    checkSize(operand, node, draft.source);
    return [index === 0 ? name : `${name}:${index}`, operand];
  });
}

/** Has an error of a layer name operator and node. */
function naming<T>({ name, op }: GraphDefNode, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RegraftError) || error.code !== 'OPERATOR_UNSUPPORTED') throw error;
    throw new RegraftError(error.code, `${op} (node ${name}) cannot be imported: ${error.message}`, {
      cause: error,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    });
  }
}

/** No tensor of a picture has axes of this length; from here on products of lengths would not be exact. */
const longest = 2 ** 24;

function checkSize(operand: Operand, { name, op }: GraphDefNode, source: string): void {
  if (isConstant(operand) || isPhoto(operand)) return;
  if (operand.shape.every((dim) => dim === 'N' || (dim >= 1 && dim <= longest))) return;
  throw invalidGraph(source, `${op}, node ${name}, makes a tensor of shape [${operand.shape.join(', ')}]`);
}

function photoTaker(
  draft: Draft,
  size: GraphDefOptions['size'],
): { take: (photo: Photo) => Value; taken: () => PhotoInput | undefined } {
  let taken: (PhotoInput & { readonly photo: Photo }) | undefined;
  const describe = ({ scaling, size: own, rank }: Photo): string => JSON.stringify([scaling, own, rank]);
  return {
    take(photo) {
      taken ??= { ...takePhoto(draft, photo, size && [size.height, size.width]), photo };
      if (describe(taken.photo) === describe(photo)) return taken.value;
      throw invalidGraph(
        draft.source,
        `nodes ${taken.photo.name} and ${photo.name} both are inputs for photos`,
      );
    },
    taken: () => taken,
  };
}

/** Numbers that an import may make of nothing: enough for every network, and a bound for a file that asks for more than it holds. */
const allowance = 2 ** 22;

/** Besides the allowance, each byte of the file may become two numbers: bytes become floats, and floats are arranged anew. */
function spender(source: string, length: number): (count: number) => void {
  let left = allowance + 2 * length;
  return (count) => {
    left -= count;
    if (left >= 0) return;
    throw new RegraftError(
      'OPERATOR_UNSUPPORTED',
      `${source} has nodes that make more than ${allowance + 2 * length} numbers out of its ${length} bytes, which Regraft does not import.`,
    );
  };
}
