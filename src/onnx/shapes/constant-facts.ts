import type { Tensor } from '../graph.ts';
import { mostValues, type TensorFacts, withValues } from './facts.ts';

/** Facts of a constant tensor, with its values when they are few. */
export function factsOfConstant({ type, dims, data }: Tensor): TensorFacts {
  if (data.length > mostValues || type === 'float16') return { type, dims };
  return withValues(type, dims, Array.from(data as ArrayLike<number | bigint>, Number));
}
