import type { ElementType } from '../graph.ts';
import {
  addDimensions,
  compareDimensions,
  type Dimension,
  divideDimensions,
  multiplyDimensions,
  subtractDimensions,
} from './dimension.ts';

/** What unary operators do with a value that may be symbolic. */
export const unaryValues: Readonly<Record<string, (value: Dimension) => Dimension>> = {
  Identity: (value) => value,
  Neg: (value) => multiplyDimensions(value, -1),
  Abs: (value) => (compareDimensions(value, 0) === 1 ? value : onNumber(value, Math.abs)),
  Floor: (value) => (typeof value === 'number' ? Math.floor(value) : value),
  Ceil: (value) => (typeof value === 'number' ? Math.ceil(value) : value),
  Sqrt: (value) => onNumber(value, Math.sqrt),
  Not: (value) => onNumber(value, (truth) => (truth === 0 ? 1 : 0)),
};

/** What binary operators do with two values that may be symbolic. */
export const binaryValues: Readonly<
  Record<string, (a: Dimension, b: Dimension, type: ElementType) => Dimension>
> = {
  Add: addDimensions,
  Sub: subtractDimensions,
  Mul: multiplyDimensions,
  Div: divide,
  Mod: (a, b) => (typeof a === 'number' && typeof b === 'number' && a >= 0 && b > 0 ? a % b : ''),
  Max: (a, b) => choose(a, b, 1),
  Min: (a, b) => choose(a, b, -1),
  And: (a, b) => (a === 0 || b === 0 ? 0 : a === '' || b === '' ? '' : 1),
  Or: (a, b) => (a === 1 || b === 1 ? 1 : a === '' || b === '' ? '' : 0),
  Pow: (a, b) => (typeof a === 'number' && typeof b === 'number' ? a ** b : ''),
};

/** What comparisons tell of two values that may be symbolic: 1, 0, or unknown. */
export const comparisonValues: Readonly<Record<string, (a: Dimension, b: Dimension) => Dimension>> = {
  Equal: (a, b) => truth(a, b, (sign) => sign === 0),
  Greater: (a, b) => truth(a, b, (sign) => sign > 0),
  GreaterOrEqual: (a, b) => truth(a, b, (sign) => sign >= 0),
  Less: (a, b) => truth(a, b, (sign) => sign < 0),
  LessOrEqual: (a, b) => truth(a, b, (sign) => sign <= 0),
};

/** A value in another element type; one that does not fit into it is unknown. */
export function castValue(value: Dimension, from: ElementType, to: ElementType): Dimension {
  if (from === 'float16' || to === 'float16') return '';
  if (to === 'bool') {
    return typeof value === 'number' ? Number(value !== 0) : compareDimensions(value, 0) === 1 ? 1 : '';
  }
  if (isFloat(to)) return value;
  if (typeof value === 'string') return to === 'int64' || to === 'int32' ? value : '';
  const whole = Math.trunc(value);
  const bits = { int64: 64, int32: 32, int8: 8, uint8: 8 }[to];
  const low = to === 'uint8' ? 0 : -(2 ** (bits - 1));
  return whole >= low && whole < low + 2 ** bits ? whole : '';
}

/** True for the types whose division leaves a fraction. */
function isFloat(type: ElementType): type is 'float32' | 'float64' | 'float16' {
  return type === 'float32' || type === 'float64' || type === 'float16';
}

function divide(a: Dimension, b: Dimension, type: ElementType): Dimension {
  if (typeof a === 'number' && typeof b === 'number') {
    if (isFloat(type)) return a / b;
    return b === 0 ? '' : Math.trunc(a / b);
  }
  return divideDimensions(a, b);
}

function choose(a: Dimension, b: Dimension, sign: number): Dimension {
  const compared = compareDimensions(a, b);
  if (compared === undefined) return '';
  return compared === sign || compared === 0 ? a : b;
}

function truth(a: Dimension, b: Dimension, holds: (sign: number) => boolean): Dimension {
  const compared = compareDimensions(a, b);
  return compared === undefined ? '' : Number(holds(compared));
}

function onNumber(value: Dimension, compute: (value: number) => number): Dimension {
  return typeof value === 'number' ? compute(value) : '';
}
