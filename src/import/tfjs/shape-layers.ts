import { z } from 'zod';
import type { Value } from '../layers/draft.ts';
import { reshape } from '../layers/reshape.ts';
import { transpose } from '../layers/transpose.ts';
import { inputOf, type LayerCall, settingsOf } from './layer-call.ts';

const target = z.looseObject({ target_shape: z.array(z.int().min(-1)).max(6) });
const permutation = z.looseObject({ dims: z.array(z.int().positive()).max(6) });

/** Flatten. */
export function importFlatten(call: LayerCall): Value {
  return reshape(call.draft, call.name, inputOf(call), ['N', -1]);
}

/** Reshape; the batch stays. */
export function importReshape(call: LayerCall): Value {
  const { target_shape: shape } = settingsOf(call, target);
  return reshape(call.draft, call.name, inputOf(call), ['N', ...shape]);
}

/** Permute; its axes are counted from 1, without the batch. */
export function importPermute(call: LayerCall): Value {
  return transpose(call.draft, call.name, inputOf(call), [0, ...settingsOf(call, permutation).dims]);
}
