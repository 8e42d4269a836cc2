import type { GraphNode } from '../../onnx/graph.ts';
import { inputOf } from './attribute-values.ts';
import { isTraining, normaliseByItself } from './batch-normalization.ts';
import type { ConversionContext } from './conversion.ts';
import { conversionsDown } from './conversions-down.ts';
import { conversionsUp } from './conversions-up.ts';
import { type Draft, freshName, invalidNetwork, titleOf, unsupportedOperator } from './draft.ts';
import { microsoftOperators } from './microsoft-operators.ts';
import { standardOperators } from './standard-operators.ts';
import { findRanks } from './tensor-ranks.ts';

/** The operator set that Regraft's graphs use. */
export const ownOpset = 17;
const oldest = 7;
const newest = 22;

/**
 * Writes every node in the form of operator set 17, from any set between 7 and 22.
 *
 * @throws RegraftError `OPERATOR_UNSUPPORTED` naming the operator and the node; `BACKBONE_INVALID` for other operator sets.
 */
export function convertOperators(draft: Draft, opset: number): void {
  if (!(opset >= oldest && opset <= newest)) {
    throw invalidNetwork(
      draft.source,
      `operator set ${oldest} to ${newest} in the field opset_import`,
      String(opset),
      `Export the network with ONNX's operator set ${ownOpset} (opset_version=${ownOpset}).`,
    );
  }
  const context = { draft, ranks: findRanks(draft), ofImage: findTensorsOfImage(draft) };
  draft.nodes = draft.nodes.flatMap((node) => {
    const converted = convert(node, opset, context);
    for (const result of converted) check(result, draft);
    return converted.map((result) => (result.op === 'Split' ? nameParts(result, draft) : result));
  });
}

function convert(node: GraphNode, version: number, context: ConversionContext): readonly GraphNode[] {
  if (node.domain !== undefined) {
    const own = node.domain === 'com.microsoft' ? entry(microsoftOperators, node.op) : undefined;
    if (own === undefined) {
      throw unsupportedOperator(context.draft.source, node, `operators of ${node.domain} are no standard`);
    }
    return own(node, context);
  }
  if (node.op === 'BatchNormalization' && isTraining(node, version)) return normaliseByItself(node, context);
  if (version < ownOpset) {
    const change = entry(conversionsUp, node.op)?.find(({ since }) => since > version);
    if (change === undefined) return [node];
    return change.convert(node, context).flatMap((result) => convert(result, change.since, context));
  }
  const change = entry(conversionsDown, node.op)?.findLast(({ since }) => since <= version);
  if (change === undefined) return [node];
  return change.convert(node, context).flatMap((result) => convert(result, change.since - 1, context));
}

function check(node: GraphNode, draft: Draft): void {
  if (node.domain !== undefined || !standardOperators.has(node.op)) {
    throw unsupportedOperator(draft.source, node, `operator set ${ownOpset} has no such operator`);
  }
  if (inputOf(node, 0) === undefined && !/^(Random(Normal|Uniform)|Bernoulli)$/.test(node.op)) {
    throw unsupportedOperator(draft.source, node, 'its first input is missing');
  }
}

function findTensorsOfImage(draft: Draft): ReadonlySet<string> {
  const found = new Set(draft.inputs.map(({ name }) => name));
  for (const { inputs, outputs } of draft.nodes) {
    if (inputs.some((name) => found.has(name))) for (const name of outputs) found.add(name);
  }
  return found;
}

/** onnxruntime 1.16 crashes on a Split that leaves out a part that nobody reads. */
function nameParts(node: GraphNode, draft: Draft): GraphNode {
  return {
    ...node,
    outputs: node.outputs.map((name) => name || freshName(draft, `${titleOf(node)}/unused`)),
  };
}

/** What a table says about an operator; not what every object has, such as `constructor`. */
function entry<T>(table: Readonly<Record<string, T>>, op: string): T | undefined {
  return Object.hasOwn(table, op) ? table[op] : undefined;
}
