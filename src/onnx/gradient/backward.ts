import { isStandard } from '../attributes.ts';
import type { GraphNode, Model } from '../graph.ts';
import { inferShapes } from '../infer-shapes.ts';
import { namesOf } from '../names.ts';
import { numericDims } from '../shapes/facts.ts';
import { draftGradient, type GradientDraft } from './gradient-draft.ts';
import { notDifferentiable } from './not-differentiable.ts';
import type { GradientRule } from './rule.ts';
import { gradientRules } from './rules.ts';

/** The nodes that compute gradients, and where those are. */
export interface Backward {
  readonly draft: GradientDraft;
  /** The gradient of each wanted tensor; absent when the loss does not depend on it. */
  readonly gradients: ReadonlyMap<string, string>;
}

/**
 * Walks a graph from its loss back to some tensors and writes the nodes of their gradients.
 *
 * @throws RegraftError `NOT_DIFFERENTIABLE`.
 * @throws Error when the loss is no float32 tensor of one element.
 */
export function backward(model: Model, loss: string, wanted: readonly string[]): Backward {
  const needed = dependentOn(model, wanted);
  refuseUnknown(model, loss, needed);
  const facts = inferShapes(model).get(loss);
  const dims = facts && numericDims(facts.dims);
  if (facts?.type !== 'float32' || dims?.every((dim) => dim === 1) !== true) {
    throw new Error(`Expected a float32 tensor of one element as loss but ${loss} is none`);
  }
  const draft = draftGradient(model, needed);
  const parts = new Map<string, string[]>([[loss, [draft.constant(dims, [1])]]]);

  for (const node of model.graph.nodes.toReversed()) {
    const [output = '', ...others] = node.outputs;
    const reached = node.outputs.filter((name) => parts.has(name));
    if (reached.length === 0 || !readsOneOf(node, needed)) continue;
    if (others.some((name) => parts.has(name))) {
      throw notDifferentiable(node, 'the loss depends on another output than its first');
    }
    for (const [index, gradient] of throughNode(node, total(parts, output, draft), draft).entries()) {
      const input = node.inputs[index] ?? '';
      if (gradient === undefined || !needed.has(input)) continue;
      parts.set(input, [...(parts.get(input) ?? []), gradient]);
    }
  }
  const found = wanted.filter((name) => parts.has(name));
  return { draft, gradients: new Map(found.map((name) => [name, total(parts, name, draft)])) };
}

/** Finds the last node without a rule first of all: shapes behind it may not be known, which would be the lesser explanation. */
function refuseUnknown({ graph }: Model, loss: string, needed: ReadonlySet<string>): void {
  const leading = new Set([loss]);
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((name) => leading.has(name)) || !readsOneOf(node, needed)) continue;
    ruleOf(node);
    for (const name of node.inputs) leading.add(name);
  }
}

function ruleOf(node: GraphNode): GradientRule {
  const rule = isStandard(node) ? gradientRules.get(node.op) : undefined;
  if (rule === undefined) throw notDifferentiable(node, 'there is no rule for this operator');
  return rule;
}

function throughNode(
  node: GraphNode,
  gradient: string,
  draft: GradientDraft,
): readonly (string | undefined)[] {
  const rule = ruleOf(node);
  for (const name of [...node.inputs.filter((input) => draft.isNeeded(input)), node.outputs[0]]) {
    const { type } = draft.factsOf(node, name);
    if (type !== 'float32') throw notDifferentiable(node, `it computes in ${type}`);
  }
  return rule(node, gradient, draft);
}

/** The sum of what flows into a tensor from all nodes that read it. */
function total(parts: Map<string, string[]>, name: string, draft: GradientDraft): string {
  const [first = '', ...more] = parts.get(name) ?? [];
  const sum = more.length === 0 ? first : draft.step('Sum', [first, ...more]);
  parts.set(name, [sum]);
  return sum;
}

function dependentOn({ graph }: Model, tensors: readonly string[]): Set<string> {
  const dependent = new Set(tensors);
  for (const node of graph.nodes) {
    if (readsOneOf(node, dependent)) for (const name of node.outputs) if (name !== '') dependent.add(name);
  }
  return dependent;
}

/** True when a node, or a graph inside it, reads one of the tensors. */
function readsOneOf({ inputs, attributes }: GraphNode, names: ReadonlySet<string>): boolean {
  return (
    inputs.some((input) => names.has(input)) ||
    Object.values(attributes).some(
      (attribute) => 'graph' in attribute && [...namesOf(attribute.graph)].some((name) => names.has(name)),
    )
  );
}
