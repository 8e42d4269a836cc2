import { intAttribute, intsAttribute } from '../../attributes.ts';
import { elementCount } from '../../build.ts';
import { notDifferentiable } from '../not-differentiable.ts';
import {
  type PlacedWindow,
  placeWindow,
  refuseEmptyWindows,
  transposedAttributes,
} from '../placed-window.ts';
import type { GradientDraft } from '../gradient-draft.ts';
import { reshape, reshapeLike } from '../reshape.ts';
import type { GradientRule } from '../rule.ts';

/** AveragePool: every place that a window counts gets an equal share of its gradient. */
export const averagePoolGradient: GradientRule = (node, gradient, draft) => {
  const [x = ''] = node.inputs;
  const window = placeWindow(node, intsAttribute(node, 'kernel_shape') ?? [], draft);
  refuseEmptyWindows(node, window);
  const countsPads = intAttribute(node, 'count_include_pad', 0) !== 0;
  if (countsPads && intAttribute(node, 'ceil_mode', 0) !== 0) {
    throw notDifferentiable(node, 'runtimes disagree on padding that is counted and rounded up');
  }
  const size = elementCount(window.kernel);
  const counts = countsPads ? Array<number>(elementCount(window.to)).fill(size) : countPlaces(window);
  if (window.strides.every((stride) => stride === 1)) {
    // With steps of one, the windows that cover a place are a window of the same size around it.
    const share = multiply(
      draft,
      gradient,
      window,
      counts.map((count) => size / count),
    );
    return [draft.step('AveragePool', [share], aroundPlace(window))];
  }
  const share = multiply(
    draft,
    gradient,
    window,
    counts.map((count) => 1 / count),
  );
  const single = reshape(draft, share, ['', 1, ...window.to]);
  const ones = draft.constant([1, 1, ...window.kernel], Array<number>(size).fill(1));
  const sums = draft.step('ConvTranspose', [single, ones], transposedAttributes(window));
  return [reshapeLike(draft, sums, x, draft.factsOf(node, x).dims)];
};

/** Multiplies the gradient at each place of the window by its factor. */
function multiply(
  draft: GradientDraft,
  gradient: string,
  { to }: PlacedWindow,
  factors: readonly number[],
): string {
  const [first = 1] = factors;
  const isUniform = factors.every((factor) => factor === first);
  if (isUniform && first === 1) return gradient;
  return draft.step('Mul', [gradient, isUniform ? draft.scalar(first) : draft.constant(to, factors)]);
}

function aroundPlace({ kernel, before, after }: PlacedWindow): Parameters<GradientDraft['step']>[2] {
  const pads = [before, after].flatMap((overs) => overs.map((over, axis) => (kernel[axis] ?? 1) - 1 - over));
  return { kernel_shape: { ints: kernel }, pads: { ints: pads }, count_include_pad: { int: 1 } };
}

/** How many places of the map each window covers, in row-major order. */
function countPlaces({ kernel, strides, before, from, to }: PlacedWindow): number[] {
  const along = to.map((places, axis) =>
    Array.from({ length: places }, (_, place) => {
      const start = place * (strides[axis] ?? 1) - (before[axis] ?? 0);
      return Math.min(start + (kernel[axis] ?? 1), from[axis] ?? 1) - Math.max(start, 0);
    }),
  );
  return along.reduce((outer, counts) => outer.flatMap((count) => counts.map((inner) => count * inner)), [1]);
}
