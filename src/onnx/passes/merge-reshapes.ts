import { isOperator } from '../attributes.ts';
import { int64s } from '../build.ts';
import type { GraphNode, Model } from '../graph.ts';
import { editGraph } from './graph-edit.ts';
import type { Shapes } from './pass.ts';
import { reshapeTarget } from './reshape-target.ts';

/** Makes one Reshape of two operators that follow each other and only give the same values another shape. */
export function mergeReshapes(model: Model, shapes: Shapes): Model {
  const edit = editGraph(model);
  for (const node of model.graph.nodes) {
    const [middle = ''] = node.inputs;
    const before = edit.maker(middle);
    if (!isReshaping(node) || !isReshaping(before) || edit.isReplaced(before) || !edit.isPrivate(middle)) {
      continue;
    }
    const [input = ''] = before.inputs;
    const [from, to] = [shapes.get(input), shapes.get(node.outputs[0] ?? '')];
    const target = from && to && reshapeTarget(from.dims, to.dims);
    if (target === undefined) continue;
    const constant = edit.addConstant(`${node.outputs[0] ?? ''}/shape`, int64s(target));
    edit.replace(before, []);
    edit.replace(node, [{ ...node, op: 'Reshape', inputs: [input, constant], attributes: {} }]);
  }
  return edit.finish();
}

function isReshaping(node: GraphNode | undefined): node is GraphNode {
  return isOperator(node, 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze');
}
