import { notDifferentiable } from '../not-differentiable.ts';
import type { GradientRule } from '../rule.ts';
import { toOperands } from '../to-operands.ts';

/** Max of two operands: the gradient goes to the larger one, to the first where they are equal. */
export const maxGradient: GradientRule = (node, gradient, draft) => {
  const [a = '', b = '', ...more] = node.inputs;
  if (b === '' || more.length > 0) throw notDifferentiable(node, 'only a maximum of two has a rule');
  const where = (comparison: string): string =>
    draft.step('Mul', [gradient, draft.step('Cast', [draft.step(comparison, [a, b])], { to: { int: 1 } })]);
  return toOperands(node, draft, [() => where('GreaterOrEqual'), () => where('Less')]);
};
