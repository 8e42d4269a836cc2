import { floatAttribute, intAttribute } from '../../attributes.ts';
import { notDifferentiable } from '../not-differentiable.ts';
import { reshape } from '../reshape.ts';
import type { GradientRule } from '../rule.ts';

/**
 * BatchNormalization with frozen statistics, `y = scale · n + bias` with `n = (x − mean) / √(variance + ε)`: scale and bias may be trained, and
 * `dx = dy · scale / √(variance + ε)`.
 */
export const batchNormalizationGradient: GradientRule = (node, gradient, draft) => {
  const [x = '', scale = '', bias, mean = '', variance = ''] = node.inputs;
  if (intAttribute(node, 'training_mode', 0) !== 0) {
    throw notDifferentiable(node, 'it takes its statistics from the batch');
  }
  if (draft.isNeeded(mean) || draft.isNeeded(variance)) {
    throw notDifferentiable(node, 'its statistics are to be trained');
  }
  const { dims } = draft.factsOf(node, x);
  const channels = draft.factsOf(node, scale).dims[0] ?? '';
  const overChannels = (vector: string): string =>
    reshape(draft, vector, [channels, ...dims.slice(2).map(() => 1)]);
  const sum = (tensor: string): string =>
    draft.step('ReduceSum', [tensor, draft.integers(dims.flatMap((_, axis) => (axis === 1 ? [] : [axis])))], {
      keepdims: { int: 0 },
    });
  const deviation = draft.step('Sqrt', [
    draft.step('Add', [variance, draft.scalar(floatAttribute(node, 'epsilon', 1e-5))]),
  ]);
  const toX = (): string =>
    draft.step('Mul', [gradient, overChannels(draft.step('Div', [scale, deviation]))]);
  const toScale = (): string => {
    const normal = draft.step('Div', [draft.step('Sub', [x, overChannels(mean)]), overChannels(deviation)]);
    return sum(draft.step('Mul', [gradient, normal]));
  };
  return [
    draft.isNeeded(x) ? toX() : undefined,
    draft.isNeeded(scale) ? toScale() : undefined,
    draft.isNeeded(bias) ? sum(gradient) : undefined,
  ];
};
