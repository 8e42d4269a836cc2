import { isStandard } from '../attributes.ts';
import type { GraphNode, Tensor } from '../graph.ts';
import type { TensorFacts } from '../shapes/facts.ts';
import { axisCommuters } from './commute-axes.ts';
import { elementwiseCommuters } from './commute-elementwise.ts';
import { reshapeCommuters } from './commute-reshape.ts';
import type { Permutation } from './permutation.ts';

/** A tensor that is the transpose of another and need not be computed. */
export interface Transposed {
  readonly source: string;
  readonly perm: Permutation;
}

/** What a commuter may know and make. */
export interface CommuteContext {
  /** The tensor whose transpose an input is; undefined for one that is computed as it is. */
  transposed(name: string): Transposed | undefined;
  facts(name: string): TensorFacts | undefined;
  constant(name: string): Tensor | undefined;
  addConstant(wanted: string, tensor: Tensor): string;
  newName(wanted: string): string;
}

/** A node that reads the tensors before their transposition. */
export interface Commuted {
  /** Nodes that it needs besides. */
  readonly before?: readonly GraphNode[];
  readonly node: GraphNode;
  /** The transposition that makes the old results of the new ones. */
  readonly perm: Permutation;
}

/** Moves a node before the transposition of its inputs; undefined when that is not possible. */
export type Commuter = (node: GraphNode, context: CommuteContext) => Commuted | undefined;

const commuters: ReadonlyMap<string, Commuter> = new Map(
  Object.entries({ ...elementwiseCommuters, ...axisCommuters, ...reshapeCommuters }),
);

/** Moves a node of any operator before the transposition of its inputs, where a rule is known. */
export function commute(node: GraphNode, context: CommuteContext): Commuted | undefined {
  return isStandard(node) ? commuters.get(node.op)?.(node, context) : undefined;
}
