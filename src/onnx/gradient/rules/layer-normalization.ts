import { intAttribute } from '../../attributes.ts';
import { wrapAxis } from '../../shapes/facts.ts';
import { notDifferentiable } from '../not-differentiable.ts';
import type { GradientRule } from '../rule.ts';
import { sumTo } from '../sum-to.ts';

/**
 * LayerNormalization, `y = n · scale + bias` with `n = (x − mean) · r`: with `g = dy · scale`, `dx = r · (g − mean(g) − n · mean(g · n))`
 * (Ba et al. 2016, arXiv:1607.06450). Its second and third outputs are the mean and r.
 */
export const layerNormalizationGradient: GradientRule = (node, gradient, draft) => {
  const [x = '', scale = '', bias = ''] = node.inputs;
  // onnxruntime 1.16.3 ends the process on such a node beside several products; the pass complete-layer-norm gives it a bias.
  if (bias === '') throw notDifferentiable(node, 'it has no bias');
  const { dims } = draft.factsOf(node, x);
  const axis = wrapAxis(intAttribute(node, 'axis', -1), dims.length);
  const normalised = dims.flatMap((_, at) => (at >= axis ? [at] : []));
  const factor = draft.furtherOutput(node, 2);
  const centred = draft.step('Sub', [x, draft.furtherOutput(node, 1)]);
  const normal = draft.step('Mul', [centred, factor]);
  const meanOf = (tensor: string): string =>
    draft.step('ReduceMean', [tensor], { axes: { ints: normalised }, keepdims: { int: 1 } });
  const toX = (): string => {
    const flow = draft.step('Mul', [gradient, scale]);
    const along = draft.step('Mul', [normal, meanOf(draft.step('Mul', [flow, normal]))]);
    const rest = draft.step('Sub', [draft.step('Sub', [flow, meanOf(flow)]), along]);
    return draft.step('Mul', [rest, factor]);
  };
  const toScale = (): string =>
    sumTo(draft, draft.step('Mul', [gradient, normal]), dims, draft.factsOf(node, scale).dims);
  return [
    draft.isNeeded(x) ? toX() : undefined,
    draft.isNeeded(scale) ? toScale() : undefined,
    draft.isNeeded(bias) ? sumTo(draft, gradient, dims, draft.factsOf(node, bias).dims) : undefined,
  ];
};
