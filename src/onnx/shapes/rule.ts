import type { GraphNode } from '../graph.ts';
import type { TensorFacts } from './facts.ts';

/** Facts of the tensors that a node makes, undefined for one of which nothing is known. */
export type OutputFacts = readonly (TensorFacts | undefined)[];

/** Derives the facts of a node's outputs from those of its inputs; an input is undefined when it is absent or unknown. */
export type ShapeRule = (node: GraphNode, inputs: readonly (TensorFacts | undefined)[]) => OutputFacts;
