import { isOperator } from '../attributes.ts';
import { node as makeNode } from '../build.ts';
import type { Model } from '../graph.ts';
import { valueRanges } from '../value-ranges.ts';
import { editGraph } from './graph-edit.ts';

// Two scales of which one was computed from the other differ by their rounding.
const rounding = 1e-6;

/** Removes each Clip and Relu that changes nothing, as what it reads lies in its range whatever the input; quantised pools and joins leave many behind. */
export function removeClips(model: Model): Model {
  const ranges = valueRanges(model);
  const edit = editGraph(model);
  for (const node of model.graph.nodes) {
    const [input = '', ...bounds] = node.inputs;
    const [output = ''] = node.outputs;
    const before = ranges.get(input);
    if (!isOperator(node, 'Clip', 'Relu') || before === undefined) continue;
    const [low, high] = isOperator(node, 'Relu')
      ? [0, Infinity]
      : [boundOf(bounds[0], -Infinity), boundOf(bounds[1], Infinity)];
    const isLow = before.low >= low - rounding * Math.abs(low) || low === -Infinity;
    const isHigh = before.high <= high + rounding * Math.abs(high) || high === Infinity;
    if (!isLow || !isHigh) continue;
    if (edit.isOutput(output)) {
      edit.replace(node, [{ ...makeNode('Identity', [input], [output]), name: node.name }]);
      continue;
    }
    edit.rename(output, input);
    edit.replace(node, []);
  }
  return edit.finish();

  function boundOf(name: string | undefined, absent: number): number {
    if (name === undefined || name === '') return absent;
    const tensor = model.graph.initializers.get(name);
    // A bound that is computed may be anything.
    return tensor?.data.length === 1 ? Number(tensor.data[0]) : NaN;
  }
}
