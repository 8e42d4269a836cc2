import { numbersOf } from '../../shapes/facts.ts';
import { notDifferentiable } from '../not-differentiable.ts';
import type { GradientRule } from '../rule.ts';

/** Clip with constant bounds: the gradient passes where the result lies between them, not on them. */
export const clipGradient: GradientRule = (node, gradient, draft) => {
  const [, least, most] = node.inputs;
  const y = node.outputs[0] ?? '';
  const bound = (name: string | undefined): number | undefined => {
    if (name === undefined || name === '') return undefined;
    const [value] = numbersOf(draft.factsOf(node, name)) ?? [];
    if (value === undefined) throw notDifferentiable(node, 'its bounds are not constant');
    return value;
  };
  const [low, high] = [bound(least), bound(most)];
  // The result is nowhere outside of the bounds, so each distance is zero on its bound and positive elsewhere.
  const distances = [
    ...(low === undefined ? [] : [low === 0 ? y : draft.step('Sub', [y, draft.scalar(low)])]),
    ...(high === undefined ? [] : [draft.step('Sub', [draft.scalar(high), y])]),
  ];
  const [first, ...second] = distances.map((distance) => draft.step('Sign', [distance]));
  if (first === undefined) return [gradient];
  return [[first, ...second].reduce((flow, inside) => draft.step('Mul', [flow, inside]), gradient)];
};
