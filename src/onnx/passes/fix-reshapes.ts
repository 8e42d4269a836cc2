import { isOperator } from '../attributes.ts';
import { int64s } from '../build.ts';
import type { Model } from '../graph.ts';
import { editGraph } from './graph-edit.ts';
import type { Shapes } from './pass.ts';
import { reshapeTarget } from './reshape-target.ts';

/** Gives each Reshape whose shape is computed a constant one, where it is known apart from the batch: `[0 or -1, …]`. */
export function fixReshapes(model: Model, shapes: Shapes): Model {
  const edit = editGraph(model);
  for (const node of model.graph.nodes) {
    const [input = '', shape = ''] = node.inputs;
    if (!isOperator(node, 'Reshape') || model.graph.initializers.has(shape)) continue;
    const [before, after] = [shapes.get(input), shapes.get(node.outputs[0] ?? '')];
    const target = before && after && reshapeTarget(before.dims, after.dims);
    if (target === undefined) continue;
    const constant = edit.addConstant(`${node.outputs[0] ?? ''}/shape`, int64s(target));
    edit.replace(node, [{ ...node, inputs: [input, constant], attributes: {} }]);
  }
  return edit.finish();
}
