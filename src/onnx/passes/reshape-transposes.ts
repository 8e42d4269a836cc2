import { intsAttribute, isOperator } from '../attributes.ts';
import { int64s } from '../build.ts';
import type { Model } from '../graph.ts';
import { editGraph } from './graph-edit.ts';
import type { Shapes } from './pass.ts';
import { keepsOrder } from './permutation.ts';
import { reshapeTarget } from './reshape-target.ts';

/** Makes a Reshape of each Transpose that moves axes of size one only: it copies nothing. */
export function reshapeTransposes(model: Model, shapes: Shapes): Model {
  const edit = editGraph(model);
  for (const node of model.graph.nodes) {
    const perm = intsAttribute(node, 'perm');
    const [input = ''] = node.inputs;
    const dims = shapes.get(input)?.dims;
    if (!isOperator(node, 'Transpose') || perm === undefined || dims === undefined) continue;
    const after = perm.map((axis) => dims[axis] ?? '');
    const target = keepsOrder(perm, dims) ? reshapeTarget(dims, after) : undefined;
    if (target === undefined) continue;
    const shape = edit.addConstant(`${node.outputs[0] ?? ''}/shape`, int64s(target));
    edit.replace(node, [{ ...node, op: 'Reshape', inputs: [input, shape], attributes: {} }]);
  }
  return edit.finish();
}
