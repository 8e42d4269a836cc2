import { isOperator } from '../attributes.ts';
import { floats } from '../build.ts';
import type { Model } from '../graph.ts';
import { editGraph } from './graph-edit.ts';
import { floatConstant } from './scale-linear.ts';

/**
 * Gives each LayerNormalization without a bias one of zeros: onnxruntime 1.16.3 ends the process when such a node feeds products of matrices
 * side by side, as it looks for attention and reads the bias that is not there.
 */
export function completeLayerNorm(model: Model): Model {
  const edit = editGraph(model);
  for (const node of model.graph.nodes) {
    const [input = '', scaleName = '', bias = ''] = node.inputs;
    const scale = floatConstant(scaleName, edit);
    if (!isOperator(node, 'LayerNormalization') || bias !== '' || scale === undefined) continue;
    const zeros = floats(scale.dims, new Float32Array(scale.data.length));
    const name = edit.addConstant(`${node.outputs[0] ?? ''}/bias`, zeros);
    edit.replace(node, [{ ...node, inputs: [input, scaleName, name] }]);
  }
  return edit.finish();
}
