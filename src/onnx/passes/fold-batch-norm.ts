import type { Model } from '../graph.ts';
import { batchNormAffine } from './batch-norm-affine.ts';
import { editGraph } from './graph-edit.ts';
import { linearChannels, scaleLinear } from './scale-linear.ts';

/** Folds each BatchNormalization into the convolution or Gemm before it, where nothing else reads that one's result. */
export function foldBatchNorm(model: Model): Model {
  const edit = editGraph(model);
  for (const node of model.graph.nodes) {
    const affine = batchNormAffine(node, edit);
    const [input = ''] = node.inputs;
    const before = edit.maker(input);
    if (affine === undefined || before === undefined || !edit.isPrivate(input)) continue;
    if (linearChannels(before, edit) === affine.scale.length) scaleLinear(before, affine, node, edit);
  }
  return edit.finish();
}
