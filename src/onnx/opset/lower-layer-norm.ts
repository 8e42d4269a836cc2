import { floatAttribute, intAttribute } from '../attributes.ts';
import { floats } from '../build.ts';
import type { GraphNode } from '../graph.ts';
import { wrapAxis } from '../shapes/facts.ts';
import type { OpsetRule } from './opset-draft.ts';

/** `(x − mean) / √(variance + ε) × scale + bias` over the axes from `axis` on, which LayerNormalization is since set 17. */
export const lowerLayerNorm: OpsetRule = (node, draft) => {
  const [input = '', scale = '', bias = ''] = node.inputs;
  const [output = '', ...others] = node.outputs;
  if (others.some((name) => name !== '')) throw draft.cannot(node, 'it also gives mean or deviation');
  const rank = draft.rank(node, input);
  const first = wrapAxis(intAttribute(node, 'axis', -1), rank);
  const over = { axes: { ints: Array.from({ length: rank - first }, (_, index) => first + index) } };
  const epsilon = draft.addConstant(`${output}/epsilon`, floats([], [floatAttribute(node, 'epsilon', 1e-5)]));
  const mean = draft.step(node, 'ReduceMean', [input], over);
  const centred = draft.step(node, 'Sub', [input, mean.result]);
  const squared = draft.step(node, 'Mul', [centred.result, centred.result]);
  const variance = draft.step(node, 'ReduceMean', [squared.result], over);
  const raised = draft.step(node, 'Add', [variance.result, epsilon]);
  const deviation = draft.step(node, 'Sqrt', [raised.result]);
  const unit = draft.step(node, 'Div', [centred.result, deviation.result]);
  const start: GraphNode[] = [mean, centred, squared, variance, raised, deviation, unit];
  if (bias === '') return [...start, draft.step(node, 'Mul', [unit.result, scale], {}, output)];
  const scaled = draft.step(node, 'Mul', [unit.result, scale]);
  return [...start, scaled, draft.step(node, 'Add', [scaled.result, bias], {}, output)];
};
