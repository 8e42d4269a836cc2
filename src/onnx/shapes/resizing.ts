import type { GraphNode } from '../graph.ts';
import { type Dimension, multiplyDimensions } from './dimension.ts';
import { numbersOf, type TensorFacts } from './facts.ts';
import type { OutputFacts, ShapeRule } from './rule.ts';

/** Resampling of pictures. */
export const resizingRules: Readonly<Record<string, ShapeRule>> = {
  Resize: resizeRule,
};

function resizeRule(
  { inputs }: GraphNode,
  [x, , scales, sizes]: readonly (TensorFacts | undefined)[],
): OutputFacts {
  if (x === undefined) return [];
  if (!inputs[3]) return [{ type: x.type, dims: scaleDims(x.dims, numbersOf(scales)) }];
  const target = sizes?.values ?? x.dims.map((): Dimension => '');
  return target.length === x.dims.length ? [{ type: x.type, dims: target }] : [];
}

function scaleDims(dims: readonly Dimension[], scales: readonly number[] | undefined): Dimension[] {
  return dims.map((dim, axis) => {
    const scale = scales?.[axis];
    if (scale === undefined) return '';
    if (typeof dim === 'number') return Math.floor(Math.fround(dim * Math.fround(scale)));
    return Number.isInteger(scale) ? multiplyDimensions(dim, scale) : '';
  });
}
