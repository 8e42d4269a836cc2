import type { GradientDraft } from './gradient-draft.ts';

/** Bounds that a value must keep away from. */
export interface OpenInterval {
  readonly above?: number | undefined;
  readonly below?: number | undefined;
}

/** Keeps a gradient where a tensor of the same shape lies between bounds, not on them; zero elsewhere. */
export function whereInside(
  draft: GradientDraft,
  gradient: string,
  tensor: string,
  { above, below }: OpenInterval,
): string {
  const conditions = [
    ...(above === undefined ? [] : [draft.step('Greater', [tensor, draft.scalar(above)])]),
    ...(below === undefined ? [] : [draft.step('Less', [tensor, draft.scalar(below)])]),
  ];
  const [first, ...more] = conditions;
  if (first === undefined) return gradient;
  // A product with zeros and ones: Where takes four times as long in onnxruntime, Sign three times.
  const inside = more.reduce((both, condition) => draft.step('And', [both, condition]), first);
  return draft.step('Mul', [gradient, draft.step('Cast', [inside], { to: { int: 1 } })]);
}
