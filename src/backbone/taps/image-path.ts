import { isOperator } from '../../onnx/attributes.ts';
import type { GraphNode, Model } from '../../onnx/graph.ts';

/** What becomes of the image on its way to the first output. */
export interface ImagePath {
  /** The nodes that compute from the image and lead to the first output, in order. */
  readonly nodes: readonly GraphNode[];
  /** True for tensors that are computed from the image; constants and what follows from shapes alone are not. */
  isOfImage(name: string): boolean;
  /** The tensors that everything later depends on, each with its node's place in `nodes`, in order: no path goes round them. */
  readonly necks: readonly Neck[];
}

/** A tensor that every path from the image to the first output goes through. */
export interface Neck {
  readonly tensor: string;
  readonly place: number;
}

/** Follows the image to the first output. */
export function traceImage({ graph }: Model): ImagePath {
  const ofImage = new Set(graph.inputs.map(({ name }) => name));
  for (const node of graph.nodes) {
    if (isOperator(node, 'Shape', 'Size') || !node.inputs.some((name) => ofImage.has(name))) continue;
    for (const name of node.outputs) ofImage.add(name);
  }
  const target = graph.outputs[0]?.name ?? '';
  const needed = new Set([target]);
  const nodes = graph.nodes
    .toReversed()
    .filter((node) => {
      const isOnPath = node.outputs.some((name) => needed.has(name) && ofImage.has(name));
      if (isOnPath) node.inputs.forEach((name) => ofImage.has(name) && needed.add(name));
      return isOnPath;
    })
    .reverse();
  return { nodes, isOfImage: (name) => ofImage.has(name), necks: findNecks(nodes, ofImage, target) };
}

/** The part of a path that ends with a tensor; all of it when the tensor is not on it. */
export function pathUpTo(path: ImagePath, tensor: string): ImagePath {
  const last = path.nodes.findIndex(({ outputs }) => outputs.includes(tensor));
  if (last < 0) return path;
  return {
    ...path,
    nodes: path.nodes.slice(0, last + 1),
    necks: path.necks.filter(({ place }) => place <= last),
  };
}

function findNecks(nodes: readonly GraphNode[], ofImage: ReadonlySet<string>, target: string): Neck[] {
  const lastReader = new Map<string, number>([[target, nodes.length]]);
  for (const [place, node] of nodes.entries()) {
    for (const name of node.inputs) if (name !== target && ofImage.has(name)) lastReader.set(name, place);
  }
  const necks: Neck[] = [];
  // Tensors that are made already and still read later. One alone is a neck: whatever follows comes from it.
  const made = new Set(nodes.flatMap(({ outputs }) => outputs));
  const open = new Set([...lastReader.keys()].filter((name) => !made.has(name)));
  for (const [place, node] of nodes.entries()) {
    for (const name of node.inputs) if ((lastReader.get(name) ?? -1) <= place) open.delete(name);
    for (const name of node.outputs) if ((lastReader.get(name) ?? -1) > place) open.add(name);
    const [only = ''] = open;
    if (open.size === 1 && node.outputs.includes(only)) necks.push({ tensor: only, place });
  }
  return necks;
}
