import { intsAttribute, isOperator } from '../attributes.ts';
import { node as makeNode } from '../build.ts';
import type { GraphNode, Model } from '../graph.ts';
import { commute } from './commute.ts';
import { type LazyTransposes, lazyTransposes } from './lazy-transposes.ts';
import type { Shapes } from './pass.ts';
import { compose, isIdentity, type Permutation } from './permutation.ts';

/**
 * Moves transpositions towards the outputs, through whatever gives the same values in any order of axes, so that inverse ones meet and
 * cancel. A transposition stays where something reads its result that cannot be moved. The graph stays as it is when that leaves no fewer of
 * them. A tensor keeps its name when its axes change their order.
 */
export function pushTransposes(model: Model, shapes: Shapes): Model {
  const before = countTransposes(model);
  if (before === 0) return model;
  const pushed = pushAll(model, shapes);
  return countTransposes(pushed) < before ? pushed : model;
}

function countTransposes({ graph }: Model): number {
  return graph.nodes.filter((node) => isOperator(node, 'Transpose')).length;
}

function pushAll(model: Model, shapes: Shapes): Model {
  const lazy = lazyTransposes(model, shapes);
  const outputs = new Set(model.graph.outputs.map(({ name }) => name));
  // Tensors that are another one after two transpositions that cancel.
  const same = new Map<string, string>();
  for (const original of model.graph.nodes) {
    const node = { ...original, inputs: original.inputs.map((name) => same.get(name) ?? name) };
    const perm = isOperator(node, 'Transpose') ? permutationOf(node, lazy) : undefined;
    if (perm === undefined) {
      move(node, lazy);
      continue;
    }
    const [input = ''] = node.inputs;
    const [output = ''] = node.outputs;
    const from = lazy.transposed(input);
    const [source, whole] = from === undefined ? [input, perm] : [from.source, compose(from.perm, perm)];
    if (!isIdentity(whole)) lazy.defer(output, { source, perm: whole });
    else if (outputs.has(output)) {
      lazy.write({ ...makeNode('Identity', [source], [output]), name: node.name });
    } else same.set(output, source);
  }
  return lazy.finish();
}

function move(node: GraphNode, lazy: LazyTransposes): void {
  const isReading = node.inputs.some((name) => lazy.transposed(name) !== undefined);
  const moved = isReading ? commute(node, lazy) : undefined;
  if (moved === undefined) {
    lazy.write({ ...node, inputs: node.inputs.map((name) => lazy.compute(name)) });
    return;
  }
  moved.before?.forEach((needed) => lazy.write(needed));
  if (isIdentity(moved.perm)) lazy.write(moved.node);
  else lazy.writeMoved(moved.node, moved.perm);
}

function permutationOf(node: GraphNode, lazy: LazyTransposes): Permutation | undefined {
  const rank = lazy.facts(node.inputs[0] ?? '')?.dims.length;
  return (
    intsAttribute(node, 'perm') ??
    (rank === undefined ? undefined : Array.from({ length: rank }, (_, axis) => rank - 1 - axis))
  );
}
