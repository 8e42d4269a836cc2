import type { GraphNode } from '../../onnx/graph.ts';
import { type Draft, invalidNetwork, titleOf } from './draft.ts';

/**
 * Drops nodes and constants that no output needs, and puts nodes into topological order, else that of the file.
 *
 * @throws RegraftError `BACKBONE_INVALID` when a tensor that is read is made by nothing, or needs itself.
 */
export function keepNeeded(draft: Draft): void {
  const { source } = draft;
  const makers = new Map(draft.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const given = new Set([...draft.initializers.keys(), ...draft.inputs.map(({ name }) => name)]);
  const needed = new Set<string>();
  const done = new Set<GraphNode>();
  const order: GraphNode[] = [];
  const open = new Set<GraphNode>();
  const makerOf = (name: string, reader: string): GraphNode | undefined => {
    needed.add(name);
    if (given.has(name)) return undefined;
    const maker = makers.get(name);
    if (maker === undefined) {
      throw invalidNetwork(
        source,
        'a graph whose tensors are all made',
        `${reader} that nothing makes: tensor ${name}`,
      );
    }
    return maker;
  };

  // Depth first with a stack of its own: networks are deeper than the call stack.
  for (const { name } of draft.outputs) {
    const last = makerOf(name, 'an output');
    const stack = last === undefined ? [] : [last];
    for (let node = stack.at(-1); node !== undefined; node = stack.at(-1)) {
      if (done.has(node)) {
        stack.pop();
        continue;
      }
      const reader = `an input of node ${titleOf(node)}`;
      const makersOf = node.inputs.filter((input) => input !== '').map((input) => makerOf(input, reader));
      const waiting = makersOf.filter((maker) => maker !== undefined && !done.has(maker));
      if (waiting.length === 0) {
        done.add(node);
        open.delete(node);
        order.push(node);
        stack.pop();
        continue;
      }
      if (open.has(node)) {
        throw invalidNetwork(
          source,
          'a graph without circles',
          `node ${titleOf(node)} that needs its own output`,
        );
      }
      open.add(node);
      for (const maker of waiting) if (maker !== undefined) stack.push(maker);
    }
  }
  draft.nodes = isInOrder(draft.nodes, done, given) ? draft.nodes.filter((node) => done.has(node)) : order;
  for (const name of draft.initializers.keys()) if (!needed.has(name)) draft.initializers.delete(name);
}

function isInOrder(
  nodes: readonly GraphNode[],
  kept: ReadonlySet<GraphNode>,
  given: ReadonlySet<string>,
): boolean {
  const made = new Set(given);
  for (const node of nodes) {
    if (!kept.has(node)) continue;
    if (node.inputs.some((name) => name !== '' && !made.has(name))) return false;
    for (const name of node.outputs) made.add(name);
  }
  return true;
}
