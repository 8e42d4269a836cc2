import { numbersOf, wrapAxis } from '../../shapes/facts.ts';
import { notDifferentiable } from '../not-differentiable.ts';
import type { GradientRule } from '../rule.ts';

/** Slice by steps of one: the gradient is surrounded by zeros. */
export const sliceGradient: GradientRule = (node, gradient, draft) => {
  const [x, startsName, , axesName, stepsName] = node.inputs;
  const [from, to] = [draft.factsOf(node, x).dims, draft.factsOf(node, node.outputs[0]).dims];
  const numbers = (name: string | undefined): readonly number[] | undefined =>
    name === undefined || name === '' ? undefined : numbersOf(draft.factsOf(node, name));
  const starts = numbers(startsName);
  const axes = axesName ? numbers(axesName) : starts?.map((_, axis) => axis);
  const steps = stepsName ? numbers(stepsName) : [];
  if (starts === undefined || axes === undefined || steps?.every((step) => step === 1) !== true) {
    throw notDifferentiable(node, 'only slices by steps of one between known places have a rule');
  }
  const pads = Array<number>(2 * from.length).fill(0);
  for (const [index, named] of axes.entries()) {
    const axis = wrapAxis(named, from.length);
    const [size, left, start = 0] = [from[axis], to[axis], starts[index]];
    if (size === left) continue;
    if (typeof size !== 'number' || typeof left !== 'number') {
      throw notDifferentiable(node, 'it cuts an axis of unknown size');
    }
    const before = Math.min(size, Math.max(0, start < 0 ? start + size : start));
    pads[axis] = before;
    pads[axis + from.length] = size - before - left;
  }
  return [draft.step('Pad', [gradient, draft.integers(pads)])];
};
