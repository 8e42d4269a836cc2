import type { Graph, GraphNode, Tensor } from '../../onnx/graph.ts';
import { floats, int64s } from '../../onnx/build.ts';
import { floatOf, floatsOf, inputOf, intOf, intsOf } from './attribute-values.ts';
import { type Draft, freshName, invalidNetwork, titleOf, unsupportedOperator } from './draft.ts';

/** Operators that hold graphs, or handle other things than tensors. */
const beyondTensors = /^(Loop|Scan|Sequence.*|SplitToSequence|ConcatFromSequence|Optional.*|String.*)$/;

/**
 * Starts a draft from a graph: Constant nodes become initializers; Identity and Dropout (which does nothing when a network is used) disappear;
 * an If whose condition is constant is replaced by its branch. Inputs that have an initializer, as old exports list them, are none.
 *
 * @throws RegraftError `OPERATOR_UNSUPPORTED` for other nodes that hold graphs, `BACKBONE_INVALID` when two tensors have one name.
 */
export function flattenGraph(graph: Graph, source: string): Draft {
  const draft: Draft = {
    source,
    nodes: [],
    initializers: new Map(graph.initializers),
    inputs: graph.inputs.filter(({ name }) => !graph.initializers.has(name)),
    outputs: graph.outputs,
    names: new Set(),
  };
  for (const { name } of draft.inputs) claim(draft, name, 'an input');
  for (const name of graph.initializers.keys()) claim(draft, name, 'an initializer');
  const aliases = new Map<string, string>();
  addNodes(graph.nodes, draft, aliases, new Map());
  nameOutputs(draft, aliases);
  return draft;
}

function claim(draft: Draft, name: string, owner: string): void {
  if (draft.names.has(name)) {
    throw invalidNetwork(draft.source, 'one tensor of each name', `a second tensor ${name}, ${owner}`);
  }
  draft.names.add(name);
}

/** @param scope - New names of tensors inside a branch that is being inlined. */
function addNodes(
  nodes: readonly GraphNode[],
  draft: Draft,
  aliases: Map<string, string>,
  scope: Map<string, string>,
  inBranch = false,
): void {
  const resolve = (name: string): string => {
    const scoped = scope.get(name) ?? name;
    return aliases.get(scoped) ?? scoped;
  };
  const define = (name: string, node: GraphNode): string => {
    if (name === '') return '';
    if (!inBranch) {
      claim(draft, name, `made by node ${titleOf(node)}`);
      return name;
    }
    // Branches may use the same names.
    const fresh = freshName(draft, name);
    scope.set(name, fresh);
    return fresh;
  };

  for (const original of nodes) {
    const node = standardDomain({ ...original, inputs: original.inputs.map(resolve) });
    const isStandard = node.domain === undefined;
    if (isStandard && node.op === 'If') {
      inlineBranch(node, draft, aliases, scope, (name) => define(name, node));
      continue;
    }
    if (isStandard && beyondTensors.test(node.op)) {
      throw unsupportedOperator(draft.source, node, 'it handles other things than tensors');
    }
    const outputs = node.outputs.map((name) => define(name, node));
    const [output] = outputs;
    const [input] = node.inputs;
    if (isStandard && node.op === 'Constant' && output !== undefined) {
      draft.initializers.set(output, constantOf(node, draft.source));
    } else if (isStandard && /^(Identity|Dropout)$/.test(node.op) && output && input) {
      aliases.set(output, input);
    } else {
      draft.nodes.push({ ...node, outputs });
    }
  }
}

function standardDomain(node: GraphNode): GraphNode {
  if (node.domain !== 'ai.onnx') return node;
  const { op, name, inputs, outputs, attributes } = node;
  return { op, name, inputs, outputs, attributes };
}

function constantOf(node: GraphNode, source: string): Tensor {
  const { value } = node.attributes;
  if (value !== undefined && 'tensor' in value) return value.tensor;
  const [float, int] = [floatOf(node, 'value_float'), intOf(node, 'value_int')];
  if (float !== undefined) return floats([], [float]);
  if (int !== undefined) return int64s([int], []);
  const [manyFloats, manyInts] = [floatsOf(node, 'value_floats'), intsOf(node, 'value_ints')];
  if (manyFloats !== undefined) return floats([manyFloats.length], manyFloats);
  if (manyInts !== undefined) return int64s(manyInts);
  throw unsupportedOperator(source, node, 'it holds no dense tensor of numbers');
}

function inlineBranch(
  node: GraphNode,
  draft: Draft,
  aliases: Map<string, string>,
  scope: ReadonlyMap<string, string>,
  define: (name: string) => string,
): void {
  const condition = draft.initializers.get(inputOf(node, 0) ?? '')?.data;
  const branch = node.attributes[condition?.[0] ? 'then_branch' : 'else_branch'];
  if (condition?.length !== 1 || branch === undefined || !('graph' in branch)) {
    throw unsupportedOperator(draft.source, node, 'its condition is not constant');
  }
  const { graph } = branch;
  const inner = new Map(scope);
  for (const [name, tensor] of graph.initializers) {
    const fresh = freshName(draft, name);
    inner.set(name, fresh);
    draft.initializers.set(fresh, tensor);
  }
  addNodes(graph.nodes, draft, aliases, inner, true);
  for (const [index, name] of node.outputs.entries()) {
    const result = graph.outputs[index]?.name;
    if (result === undefined) throw unsupportedOperator(draft.source, node, 'its branch has fewer outputs');
    const scoped = inner.get(result) ?? result;
    const output = define(name);
    if (output !== '') aliases.set(output, aliases.get(scoped) ?? scoped);
  }
}

/** Gives tensors that only an Identity or Dropout carried to an output the output's name. */
function nameOutputs(draft: Draft, aliases: ReadonlyMap<string, string>): void {
  const outputs = new Set(draft.outputs.map(({ name }) => name));
  const made = new Set(draft.nodes.flatMap((node) => node.outputs));
  const renamed = new Map<string, string>();
  for (const { name } of draft.outputs) {
    const target = aliases.get(name);
    if (target === undefined) continue;
    if (made.has(target) && !outputs.has(target) && !renamed.has(target)) renamed.set(target, name);
    else draft.nodes.push({ op: 'Identity', name, inputs: [target], outputs: [name], attributes: {} });
  }
  if (renamed.size === 0) return;
  const rename = (name: string): string => renamed.get(name) ?? name;
  draft.nodes = draft.nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map(rename),
    outputs: node.outputs.map(rename),
  }));
}
