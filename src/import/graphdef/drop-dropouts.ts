import type { GraphDefNode } from './read-graphdef.ts';

/**
 * Replaces dropout layers that were frozen as they train (scaled by 1 / keep, times a random mask of zeros and ones) by what goes into them,
 * as they are without training.
 */
export function dropDropouts(nodes: ReadonlyMap<string, GraphDefNode>): ReadonlyMap<string, GraphDefNode> {
  return new Map([...nodes].map(([name, node]) => [name, withoutMask(nodes, node) ?? node]));
}

function withoutMask(nodes: ReadonlyMap<string, GraphDefNode>, node: GraphDefNode): GraphDefNode | undefined {
  const [first = '', second = '', third = ''] = node.inputs;
  const pairs: Readonly<Record<string, readonly (readonly [mask: string, scaled: string])[]>> = {
    Mul: [
      [first, second],
      [second, first],
    ],
    SelectV2: [[first, second]],
  };
  const masked = pairs[node.op]?.find(([mask]) => isMask(nodes, mask));
  if (masked === undefined || (node.op === 'SelectV2' && third === '')) return undefined;
  const scaled = nodes.get(masked[1]);
  const isScaling = scaled !== undefined && ['Div', 'RealDiv', 'Mul'].includes(scaled.op);
  const input = isScaling ? (scaled.inputs[0] ?? '') : masked[1];
  return { name: node.name, op: 'Identity', inputs: [input], attributes: {} };
}

/** Operators that make a mask of random numbers, and those between the two. */
const comparisons = ['Floor', 'GreaterEqual', 'Greater', 'Less'];
const between = ['Add', 'AddV2', 'Mul', 'Sub', ...comparisons];

/** Whether a tensor holds zeros and ones by chance. */
function isMask(nodes: ReadonlyMap<string, GraphDefNode>, name: string): boolean {
  const node = nodes.get(name);
  if (node?.op === 'Cast') return isMask(nodes, node.inputs[0] ?? '');
  return node !== undefined && comparisons.includes(node.op) && isRandom(nodes, name, 8);
}

function isRandom(nodes: ReadonlyMap<string, GraphDefNode>, name: string, steps: number): boolean {
  const node = nodes.get(name);
  if (node === undefined || steps === 0) return false;
  if (node.op === 'RandomUniform') return true;
  return between.includes(node.op) && node.inputs.some((input) => isRandom(nodes, input, steps - 1));
}
