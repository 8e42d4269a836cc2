import type { Dimension } from '../shapes/dimension.ts';
import type { GradientDraft } from './gradient-draft.ts';

/**
 * Gives a tensor another shape; one size may be open, as that of the batch is.
 *
 * @throws Error when more sizes are open: the caller takes {@link reshapeLike} then.
 */
export function reshape(draft: GradientDraft, tensor: string, dims: readonly Dimension[]): string {
  const open = dims.filter((dim) => typeof dim === 'string').length;
  if (open > 1) throw new Error(`More than one size of [${dims.join(', ')}] is open`);
  const target = dims.map((dim) => (typeof dim === 'number' ? dim : -1));
  return draft.step('Reshape', [tensor, draft.integers(target)]);
}

/** Gives a tensor the shape of another, which is `dims`. */
export function reshapeLike(
  draft: GradientDraft,
  tensor: string,
  like: string,
  dims: readonly Dimension[],
): string {
  const open = dims.filter((dim) => typeof dim === 'string').length;
  // Zeros would stand for "as it was" in a constant shape.
  return open <= 1 && !dims.includes(0)
    ? reshape(draft, tensor, dims)
    : draft.step('Reshape', [tensor, draft.step('Shape', [like])]);
}
