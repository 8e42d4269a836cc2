import { intAttribute, isOperator } from '../attributes.ts';
import type { GraphNode, Model } from '../graph.ts';
import { editGraph } from './graph-edit.ts';
import type { Shapes } from './pass.ts';

/**
 * Gives each reader of a DequantizeLinear with one scale a channel its own: onnxruntime 1.16.3 makes copies of a shared one and forgets their
 * axis. A bias then fails to run, and weights of as many inputs as outputs give wrong numbers.
 */
export function separateDequantised(model: Model, shapes: Shapes): Model {
  const edit = editGraph(model);
  const taken = new Set(model.graph.outputs.map(({ name }) => name));
  for (const reader of model.graph.nodes) {
    const copies: GraphNode[] = [];
    const inputs = reader.inputs.map((name) => {
      const maker = edit.maker(name);
      if (maker === undefined || !losesAxis(maker, shapes)) return name;
      if (!taken.has(name)) {
        taken.add(name);
        return name;
      }
      const own = edit.newName(name);
      copies.push({ ...maker, name: own, outputs: [own] });
      return own;
    });
    if (copies.length > 0) edit.replace(reader, [...copies, { ...reader, inputs }]);
  }
  return edit.finish();
}

function losesAxis(node: GraphNode, shapes: Shapes): boolean {
  const isPerChannel = shapes.get(node.inputs[1] ?? '')?.dims.length !== 0;
  return isOperator(node, 'DequantizeLinear') && isPerChannel && intAttribute(node, 'axis', 1) !== 1;
}
