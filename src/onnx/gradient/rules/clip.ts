import { numbersOf } from '../../shapes/facts.ts';
import { notDifferentiable } from '../not-differentiable.ts';
import type { GradientRule } from '../rule.ts';
import { whereInside } from '../where-inside.ts';

/** Clip with constant bounds: the gradient passes where the result lies between them, not on them. */
export const clipGradient: GradientRule = (node, gradient, draft) => {
  const [, least, most] = node.inputs;
  const bound = (name: string | undefined): number | undefined => {
    if (name === undefined || name === '') return undefined;
    const [value] = numbersOf(draft.factsOf(node, name)) ?? [];
    if (value === undefined) throw notDifferentiable(node, 'its bounds are not constant');
    return value;
  };
  return [whereInside(draft, gradient, node.outputs[0] ?? '', { above: bound(least), below: bound(most) })];
};
