import type { GraphNode } from '../graph.ts';
import type { GradientDraft } from './gradient-draft.ts';

/**
 * Writes the nodes that carry a gradient backwards through one operator.
 *
 * @param gradient - The name of the loss's gradient for the node's first output, of that output's shape.
 * @returns The name of the gradient for each input, of that input's shape; undefined where none is needed or none flows.
 */
export type GradientRule = (
  node: GraphNode,
  gradient: string,
  draft: GradientDraft,
) => readonly (string | undefined)[];
