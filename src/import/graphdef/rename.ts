import { type Draft, emit, type Value } from '../layers/draft.ts';

/** Gives a tensor another name as well, so that it is found under each of the file's names. */
export function rename(draft: Draft, name: string, value: Value): Value {
  return { ...value, ...emit(draft, 'Identity', [value.name], { name, shape: value.shape }) };
}
