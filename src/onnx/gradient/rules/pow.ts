import { numbersOf } from '../../shapes/facts.ts';
import { notDifferentiable } from '../not-differentiable.ts';
import type { GradientRule } from '../rule.ts';

/** Pow with a constant exponent: `dx = dy · e · x^(e − 1)`. */
export const powGradient: GradientRule = (node, gradient, draft) => {
  const [x = '', exponentName] = node.inputs;
  const exponents = numbersOf(draft.factsOf(node, exponentName));
  const [exponent] = exponents ?? [];
  if (exponent === undefined || exponents?.length !== 1) {
    throw notDifferentiable(node, 'only a power by one constant has a rule');
  }
  const root = draft.step('Pow', [x, draft.scalar(exponent - 1)]);
  return [draft.step('Mul', [gradient, draft.step('Mul', [root, draft.scalar(exponent)])])];
};
