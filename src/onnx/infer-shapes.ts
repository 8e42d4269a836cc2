import { isStandard } from './attributes.ts';
import type { GraphNode, Model } from './graph.ts';
import { factsOfConstant } from './shapes/constant-facts.ts';
import { canonicalDimension } from './shapes/dimension.ts';
import type { TensorFacts } from './shapes/facts.ts';
import type { OutputFacts } from './shapes/rule.ts';
import { shapeRules } from './shapes/rules.ts';

/**
 * Tells type and shape of every tensor of a graph, as far as they follow from the inputs' shapes. A size is a number, a polynomial of the
 * inputs' symbols such as `N` or `64*N`, or `''` where nothing is known. A tensor of unknown rank is absent. Small tensors that hold shapes carry
 * their values, so that computed shapes resolve.
 */
export function inferShapes({ graph }: Model): ReadonlyMap<string, TensorFacts> {
  const facts = new Map<string, TensorFacts>();
  for (const { name, type, dims } of graph.inputs) {
    facts.set(name, { type, dims: dims.map(canonicalDimension) });
  }
  for (const [name, tensor] of graph.initializers) facts.set(name, factsOfConstant(tensor));
  for (const node of graph.nodes) {
    const outputs = factsOfNode(
      node,
      node.inputs.map((name) => facts.get(name)),
    );
    for (const [index, name] of node.outputs.entries()) {
      const known = outputs[index];
      if (name !== '' && known !== undefined && known.dims.every(isSize)) facts.set(name, known);
    }
  }
  return facts;
}

function factsOfNode(node: GraphNode, inputs: readonly (TensorFacts | undefined)[]): OutputFacts {
  return (isStandard(node) ? shapeRules.get(node.op)?.(node, inputs) : undefined) ?? [];
}

function isSize(dim: number | string): boolean {
  return typeof dim === 'string' || (Number.isSafeInteger(dim) && dim >= 0);
}
