import { RegraftError } from '../../errors.ts';
import { node as makeNode } from '../build.ts';
import type { Attribute, GraphNode, Model, Tensor } from '../graph.ts';
import { inferShapes } from '../infer-shapes.ts';
import { freeName, namesOf } from '../names.ts';
import { numbersOf } from '../shapes/facts.ts';

/** What the rules of a conversion work with. */
export interface OpsetDraft {
  readonly target: number;
  readonly constants: Map<string, Tensor>;
  /** The whole numbers of a constant; undefined when the node has no such input. */
  integers(node: GraphNode, input: number): readonly number[] | undefined;
  rank(node: GraphNode, tensor: string): number;
  addConstant(wanted: string, tensor: Tensor): string;
  /** A node for part of the work of another one: its output is a new tensor, or the one that is told. */
  step(
    of: GraphNode,
    op: string,
    inputs: readonly string[],
    attributes?: Record<string, Attribute>,
    output?: string,
  ): GraphNode & { readonly result: string };
  /** The error for a node that cannot be had in the target. */
  cannot(node: GraphNode, reason: string): RegraftError;
}

/** Writes a node in another operator set, as one or several nodes of the same outputs. */
export type OpsetRule = (node: GraphNode, draft: OpsetDraft) => readonly GraphNode[];

/** Starts to convert a model. */
export function startOpsetDraft(model: Model, target: number): OpsetDraft {
  const { graph } = model;
  const facts = inferShapes(model);
  const taken = namesOf(graph);
  const constants = new Map(graph.initializers);
  const cannot = (node: GraphNode, reason: string): RegraftError =>
    new RegraftError(
      'OPERATOR_UNSUPPORTED',
      `Expected operators that operator set ${target} can express but found ${node.op} (${node.name}): ${reason}.`,
      { hint: 'Choose a higher operator set with --opset, or leave it out for that of the model.' },
    );
  return {
    target,
    constants,
    integers(node, input) {
      const name = node.inputs[input] ?? '';
      if (name === '') return undefined;
      const values = numbersOf(facts.get(name));
      if (values === undefined) throw cannot(node, 'one of its inputs must be constant');
      return values;
    },
    rank(node, tensor) {
      const rank = facts.get(tensor)?.dims.length;
      if (rank === undefined) throw cannot(node, 'the shape of its input is not known');
      return rank;
    },
    addConstant(wanted, tensor) {
      const name = freeName(wanted, taken);
      constants.set(name, tensor);
      return name;
    },
    step(of, op, inputs, attributes = {}, output) {
      const last = of.outputs[0] ?? of.name;
      const result = output ?? freeName(`${last}/${op.toLowerCase()}`, taken);
      const name = output === undefined ? result : freeName(`${of.name}/${op.toLowerCase()}`, taken);
      return { ...makeNode(op, inputs, [result], attributes), name, result };
    },
    cannot,
  };
}
