import { isStandard } from '../attributes.ts';
import { elementBytes, elementCount } from '../build.ts';
import { evaluateConstant } from '../evaluate-constant.ts';
import type { GraphNode, Model, Tensor } from '../graph.ts';
import { numbersOf, numericDims } from '../shapes/facts.ts';
import { tensorOfValues } from '../tensor-of-values.ts';
import type { Shapes } from './pass.ts';

// Below it, a constant may be larger than what it was computed from.
const smallBytes = 65_536;

// Dequantised weights must stay as they are: the runtime computes with the quantised ones.
const kept = new Set(['DequantizeLinear', 'QuantizeLinear', 'DynamicQuantizeLinear']);

/**
 * Makes constants of what does not depend on the image: arithmetic on shapes, and cheap expressions of weights. A constant is never larger
 * than what it is computed from, or 64 KB.
 */
export function foldConstants(model: Model, shapes: Shapes): Model {
  const { graph } = model;
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const constants = new Map(graph.initializers);
  const nodes = graph.nodes.filter((node) => {
    if (!isStandard(node) || kept.has(node.op) || node.outputs.some((name) => outputs.has(name))) return true;
    const results = constantNode(node) ?? knownValues(node, shapes) ?? evaluate(node, shapes, constants);
    if (results === undefined) return true;
    for (const [name, tensor] of results) constants.set(name, tensor);
    return false;
  });
  if (nodes.length === graph.nodes.length) return model;
  return { ...model, graph: { ...graph, nodes, initializers: constants } };
}

type Results = readonly (readonly [string, Tensor])[];

function constantNode({ op, attributes: { value }, outputs: [name] }: GraphNode): Results | undefined {
  if (op !== 'Constant' || name === undefined || value === undefined || !('tensor' in value)) {
    return undefined;
  }
  return [[name, value.tensor]];
}

function knownValues(node: GraphNode, shapes: Shapes): Results | undefined {
  const results: [string, Tensor][] = [];
  for (const name of node.outputs) {
    const facts = shapes.get(name);
    const [values, dims] = [numbersOf(facts), facts && numericDims(facts.dims)];
    const tensor = facts && values && dims && tensorOfValues(facts.type, dims, values);
    if (tensor === undefined) return undefined;
    results.push([name, tensor]);
  }
  return results;
}

function evaluate(
  node: GraphNode,
  shapes: Shapes,
  constants: ReadonlyMap<string, Tensor>,
): Results | undefined {
  const [name, ...others] = node.outputs;
  const facts = name === undefined ? undefined : shapes.get(name);
  const dims = facts && numericDims(facts.dims);
  const inputs = node.inputs.map((input) => constants.get(input)).filter((input) => input !== undefined);
  if (name === undefined || others.length > 0 || facts === undefined || dims === undefined) return undefined;
  if (inputs.length === 0 || inputs.length < node.inputs.length) return undefined;
  const allowed = Math.max(
    smallBytes,
    inputs.reduce((total, { data }) => total + data.byteLength, 0),
  );
  if (elementCount(dims) * elementBytes[facts.type] > allowed) return undefined;
  const tensor = evaluateConstant(node, inputs, dims);
  return tensor && [[name, tensor]];
}
