import type { GraphNode, Tensor, ValueInfo } from '../../onnx/graph.ts';
import { RegraftError } from '../../errors.ts';

/** A graph while it is brought into our form: what `graph.ts` has, to be changed. */
export interface Draft {
  /** The file's name, for errors. */
  readonly source: string;
  nodes: GraphNode[];
  readonly initializers: Map<string, Tensor>;
  inputs: readonly ValueInfo[];
  outputs: readonly ValueInfo[];
  /** Every name of a tensor that is in use. */
  readonly names: Set<string>;
}

/** Takes a name for a new tensor: the wanted one, or one like it that is free. */
export function freshName(draft: Draft, wanted: string): string {
  let name = wanted;
  for (let number = 2; draft.names.has(name); number++) name = `${wanted}_${number}`;
  draft.names.add(name);
  return name;
}

/** Adds a constant under a free name and gives that. */
export function addConstant(draft: Draft, wanted: string, tensor: Tensor): string {
  const name = freshName(draft, wanted);
  draft.initializers.set(name, tensor);
  return name;
}

/** The error for a file that is no network as Regraft can use it. */
export function invalidNetwork(
  source: string,
  expected: string,
  found: string,
  hint = 'Export the network again, or use another one.',
): RegraftError {
  return new RegraftError('BACKBONE_INVALID', `Expected ${expected} in ${source} but found ${found}.`, {
    hint,
  });
}

/** The error for an operator that has no equal in the operator set that Regraft uses. */
export function unsupportedOperator(source: string, node: GraphNode, reason: string): RegraftError {
  const name = node.domain === undefined ? node.op : `${node.domain}.${node.op}`;
  return new RegraftError(
    'OPERATOR_UNSUPPORTED',
    `${name} (node ${titleOf(node)}) in ${source} cannot be imported: ${reason}.`,
    { hint: "Export the network with ONNX's operator set 17 (opset_version=17), without custom operators." },
  );
}

/** What a node is called in errors: its name, else that of its first output. */
export function titleOf(node: GraphNode): string {
  return node.name || node.outputs.find((name) => name !== '') || 'without a name';
}
