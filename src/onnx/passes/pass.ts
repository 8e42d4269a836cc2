import type { Model } from '../graph.ts';
import type { TensorFacts } from '../shapes/facts.ts';

/** What is known of a graph's tensors, by name. */
export type Shapes = ReadonlyMap<string, TensorFacts>;

/** Rewrites a graph into one that computes the same; gives the very same object when there is nothing to do. */
export type Pass = (model: Model, shapes: Shapes) => Model;
