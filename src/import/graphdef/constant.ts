import type { Dim } from '../layers/draft.ts';

/** A tensor that is known while the graph is imported. */
export interface Constant {
  readonly kind: 'constant';
  readonly type: ConstantType;
  readonly dims: readonly number[];
  /** float32 as a Float32Array, quantised bytes as such; integers and truth values (0, 1) may hold the batch's symbol, and text is not kept. */
  readonly values: Float32Array | Uint8Array | Int8Array | readonly Dim[];
}

/** Element types of constants; halves and doubles are float32 here, and all wider integers are `int`. */
export type ConstantType = 'float32' | 'uint8' | 'int8' | 'int' | 'bool' | 'string';

/** Makes a float32 constant. */
export function floatConstant(dims: readonly number[], values: Float32Array): Constant {
  return { kind: 'constant', type: 'float32', dims, values };
}

/** Makes a constant of integers, a vector unless `dims` says otherwise. */
export function intConstant(values: readonly Dim[], dims: readonly number[] = [values.length]): Constant {
  return { kind: 'constant', type: 'int', dims, values };
}

/** Where the numbers of a constant of a type are collected, zeros at first. Only integers can hold the batch's symbol. */
export function blankValues(
  type: ConstantType,
  count: number,
): Float32Array | Uint8Array | Int8Array | Dim[] {
  if (type === 'float32') return new Float32Array(count);
  if (type === 'uint8') return new Uint8Array(count);
  return type === 'int8' ? new Int8Array(count) : Array.from({ length: count }, () => 0);
}
