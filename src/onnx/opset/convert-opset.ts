import { isStandard } from '../attributes.ts';
import type { GraphNode, Model } from '../graph.ts';
import { lowerRules } from './lower-rules.ts';
import { operatorVersions } from './operator-versions.ts';
import { type OpsetDraft, startOpsetDraft } from './opset-draft.ts';
import { raiseRules } from './raise-rules.ts';

/** The operator set of Regraft's own graphs. */
const ownOpset = 17;

/** The operator sets that a graph can be converted to. The newest is what onnxruntime 1.16 runs. */
export const opsetRange = { least: 11, most: 19 } as const;

/**
 * Writes a graph of operator set 17 in another set, computing the same.
 *
 * @throws RegraftError `OPERATOR_UNSUPPORTED` naming an operator that the set cannot express.
 */
export function convertOpset(model: Model, target: number): Model {
  if (target === model.opset) return model;
  const draft = startOpsetDraft(model, target);
  const nodes = model.graph.nodes.flatMap((node) => convertNode(node, model.opset, draft));
  const used = new Set(nodes.flatMap(({ inputs }) => inputs));
  const initializers = new Map([...draft.constants].filter(([name]) => used.has(name)));
  return { ...model, opset: target, graph: { ...model.graph, nodes, initializers } };
}

function convertNode(node: GraphNode, from: number, draft: OpsetDraft): readonly GraphNode[] {
  if (from !== ownOpset) {
    throw draft.cannot(node, `only graphs of set ${ownOpset} are converted, this one is of ${from}`);
  }
  if (!isStandard(node) || !operatorVersions.has(node.op)) throw draft.cannot(node, 'it is not known how');
  if (draft.target > ownOpset) return raiseRules.get(node.op)?.(node, draft) ?? [node];
  const rule = lowerRules.get(node.op);
  const written = rule !== undefined && draft.target < rule.below ? rule.rewrite(node, draft) : [node];
  for (const { op } of written) {
    const since = operatorVersions.get(op) ?? Infinity;
    if (since > draft.target) throw draft.cannot(node, `${op} came with set ${since}`);
  }
  return written;
}
