import type { GradientRule } from '../rule.ts';
import { toOperands } from '../to-operands.ts';

/** Div, `y = a / b`: `da = dy / b`, `db = −dy · y / b`. */
export const divGradient: GradientRule = (node, gradient, draft) => {
  const [, b = ''] = node.inputs;
  const share = (): string => draft.step('Div', [gradient, b]);
  return toOperands(node, draft, [
    share,
    () => draft.step('Neg', [draft.step('Mul', [share(), node.outputs[0] ?? ''])]),
  ]);
};
