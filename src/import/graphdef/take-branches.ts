import type { GraphDefNode } from './read-graphdef.ts';

/**
 * Takes the branch for use of layers that were frozen with both of theirs, one for training and one for use (Keras's learning phase, and
 * is_training as a placeholder with a default): tf.cond writes Switch nodes before the branches and a Merge behind them, whose inputs are the
 * branch for false and the one for true.
 */
export function takeBranches(nodes: ReadonlyMap<string, GraphDefNode>): ReadonlyMap<string, GraphDefNode> {
  return new Map(
    [...nodes].map(([name, node]) => {
      const inputs = node.inputs.map((input) => withoutSide(nodes, input));
      return [name, { ...node, inputs, ...joined(nodes, node) }];
    }),
  );
}

/** The second result of a Switch holds what the first holds, once the branch is chosen. */
function withoutSide(nodes: ReadonlyMap<string, GraphDefNode>, tensor: string): string {
  const name = tensor.replace(/:1$/, '');
  return nodes.get(name)?.op === 'Switch' ? name : tensor;
}

/** What becomes of a Switch or a Merge: a name for what it hands on. */
function joined(
  nodes: ReadonlyMap<string, GraphDefNode>,
  { op, inputs }: GraphDefNode,
): Partial<GraphDefNode> | undefined {
  const handOn = (input: string): Partial<GraphDefNode> => ({
    op: 'Identity',
    inputs: [withoutSide(nodes, input)],
  });
  const [first = '', second = ''] = inputs;
  if (op === 'Switch') return handOn(first);
  if (op !== 'Merge' || inputs.length !== 2) return undefined;
  const condition = findCondition(nodes, inputs);
  return condition === undefined ? undefined : handOn(condition ? second : first);
}

/** The condition of the nearest Switch before a Merge, undefined when it is not constant. */
function findCondition(
  nodes: ReadonlyMap<string, GraphDefNode>,
  from: readonly string[],
): boolean | undefined {
  const queue = [...from];
  const seen = new Set(queue);
  for (const tensor of queue) {
    const node = nodes.get(tensor.replace(/:\d+$/, ''));
    if (node?.op === 'Switch') return readFlag(nodes, node.inputs[1] ?? '');
    for (const input of node?.inputs ?? []) {
      if (!seen.has(input)) queue.push(input);
      seen.add(input);
    }
  }
  return undefined;
}

/** A constant truth value, also behind names and as the default of a placeholder. */
function readFlag(nodes: ReadonlyMap<string, GraphDefNode>, tensor: string): boolean | undefined {
  let node = nodes.get(tensor);
  for (let step = 0; step < 8 && node !== undefined; step++) {
    const { value } = node.attributes;
    if (node.op === 'Const' && value?.case === 'tensor') {
      const { boolVal, tensorContent } = value.value;
      return boolVal[0] ?? (tensorContent[0] ?? 0) !== 0;
    }
    if (!['Identity', 'PlaceholderWithDefault'].includes(node.op)) return undefined;
    node = nodes.get(node.inputs[0] ?? '');
  }
  return undefined;
}
