import { closest } from 'fastest-levenshtein';
import { RegraftError } from '../../errors.ts';
import { invalidGraph } from './invalid-graph.ts';
import { photoOperators } from './photo-operators.ts';
import type { GraphDefNode } from './read-graphdef.ts';
import { normaliseTensorName } from './tensor-name.ts';

/**
 * Gives the tensor that a graph is read for: the one that is asked for, else what is computed from the photo and read by no other node,
 * a softmax before all others.
 *
 * @throws RegraftError `INVALID_OPTION` when there is no such tensor, or the choice is the user's; `BACKBONE_INVALID` when nothing is
 * computed from a photo.
 */
export function chooseOutput(
  nodes: ReadonlyMap<string, GraphDefNode>,
  source: string,
  wanted: string | undefined,
): string {
  if (wanted !== undefined) return findTensor(nodes, source, normaliseTensorName(wanted));
  const ends = findEnds(nodes);
  const softmaxes = ends.filter((name) => isSoftmax(nodes, name));
  const [only, ...others] = softmaxes.length === 0 ? ends : softmaxes;
  if (only === undefined) throw invalidGraph(source, 'no node computes anything from a photo');
  if (others.length === 0) return only;
  throw new RegraftError(
    'INVALID_OPTION',
    `Expected one output in ${source} but found ${others.length + 1}: nodes ${[only, ...others].slice(0, 8).join(', ')}${others.length > 7 ? ', …' : ''}.`,
    { hint: `Choose one: --network-output ${only}` },
  );
}

function findTensor(nodes: ReadonlyMap<string, GraphDefNode>, source: string, wanted: string): string {
  if (nodes.has(wanted.replace(/:\d+$/, ''))) return wanted;
  throw new RegraftError(
    'INVALID_OPTION',
    `Expected a tensor of ${source} as the output but found "${wanted}", which no node makes.`,
    { hint: `The nearest name is ${closest(wanted, [...nodes.keys()])}.` },
  );
}

/** Operators that only write records, check, or pick the best class of a result that is there already. */
const aside = /^(ArgMax|TopK|TopKV2|NoOp|Assert|Print|PrintV2|Save.*|.*Summary.*)$/;

function findEnds(nodes: ReadonlyMap<string, GraphDefNode>): string[] {
  const read = new Set<string>();
  for (const { op, inputs } of nodes.values()) {
    if (!aside.test(op)) for (const input of inputs) read.add(nodeOf(input));
  }
  const computed = dependOnPhoto(nodes);
  return [...computed].filter((name) => !read.has(name) && !aside.test(nodes.get(name)?.op ?? ''));
}

/** The nodes that are computed from a photo, without those where it comes in. */
function dependOnPhoto(nodes: ReadonlyMap<string, GraphDefNode>): Set<string> {
  const readers = new Map<string, string[]>();
  for (const { name, inputs } of nodes.values()) {
    for (const input of inputs) {
      const list = readers.get(nodeOf(input));
      if (list === undefined) readers.set(nodeOf(input), [name]);
      else list.push(name);
    }
  }
  const found = new Set<string>();
  const open = [...nodes.values()]
    .filter(({ op }) => Object.hasOwn(photoOperators, op))
    .map(({ name }) => name);
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    for (const reader of readers.get(name) ?? []) {
      if (!found.has(reader)) open.push(reader);
      found.add(reader);
    }
  }
  return found;
}

/** Whether a tensor is a softmax, or one in another shape. */
function isSoftmax(nodes: ReadonlyMap<string, GraphDefNode>, name: string): boolean {
  let node = nodes.get(name);
  for (let step = 0; step < 4 && node !== undefined; step++) {
    if (node.op === 'Softmax') return true;
    if (!['Identity', 'Reshape', 'Squeeze'].includes(node.op)) return false;
    node = nodes.get(node.inputs[0] ?? '');
  }
  return false;
}

function nodeOf(tensor: string): string {
  return tensor.replace(/:\d+$/, '');
}
