import { applyBinary, type BinaryOperator, type Operand as Side } from '../layers/elementwise.ts';
import type { Value } from '../layers/draft.ts';
import type { Constant } from './constant.ts';
import { foldBinary } from './fold.ts';
import {
  inputAt,
  isConstant,
  type Operand,
  type Operator,
  type OperatorImporter,
  tensorAt,
  unsupported,
  valueAt,
} from './operator.ts';
import { scalePhoto } from './scale-photo.ts';

/** Operators of two numbers. */
export const arithmeticOperators: Readonly<Record<string, OperatorImporter>> = {
  Add: binary('Add', (a, b) => a + b),
  AddN: importSum,
  AddV2: binary('Add', (a, b) => a + b),
  Div: binary('Div', divide),
  FloorDiv: wholeOnly((a, b) => Math.floor(a / b)),
  FloorMod: wholeOnly((a, b) => a - b * Math.floor(a / b)),
  Maximum: binary('Max', (a, b) => Math.max(a, b)),
  Minimum: binary('Min', (a, b) => Math.min(a, b)),
  Mul: binary('Mul', (a, b) => a * b),
  Pow: binary('Pow', (a, b) => a ** b),
  RealDiv: binary('Div', (a, b) => a / b),
  SquaredDifference: importSquaredDifference,
  Sub: binary('Sub', (a, b) => a - b),
};

type Compute = (left: number, right: number, isWhole: boolean) => number;

/** Takes it into the photo's scaling, computes it, or writes it. */
function binary(op: BinaryOperator, compute: Compute): OperatorImporter {
  return (operator) =>
    scalePhoto(operator, op) ??
    fold(operator, compute) ??
    applyBinary(operator.draft, operator.name, op, sideAt(operator, 0), sideAt(operator, 1));
}

function wholeOnly(compute: Compute): OperatorImporter {
  return (operator) => {
    const folded = fold(operator, compute);
    if (folded?.type === 'int') return folded;
    throw unsupported(operator, 'operands that are not constant integers');
  };
}

/** Division of integers drops the rest, as in C. */
function divide(left: number, right: number, isWhole: boolean): number {
  return isWhole ? Math.trunc(left / right) : left / right;
}

function fold(operator: Operator, compute: Compute): Constant | undefined {
  const [left, right] = [inputAt(operator, 0), inputAt(operator, 1)];
  if (!isConstant(left) || !isConstant(right)) return undefined;
  const isWhole = left.type === 'int';
  if (left.type !== right.type || !['int', 'float32'].includes(left.type)) {
    throw unsupported(operator, `operands of types ${left.type} and ${right.type}`);
  }
  return foldBinary(operator, [left, right], (a, b) => compute(a, b, isWhole));
}

function sideAt(operator: Operator, index: number): Side {
  return isConstant(inputAt(operator, index)) ? tensorAt(operator, index) : valueAt(operator, index);
}

function importSum(operator: Operator): Operand {
  const { draft, name, inputs } = operator;
  if (inputs.length === 1) {
    return applyBinary(draft, name, 'Add', valueAt(operator, 0), zero);
  }
  let sum = sideAt(operator, 0);
  for (let index = 1; index < inputs.length; index++) {
    const partial = index === inputs.length - 1 ? name : `${name}#sum${index}`;
    sum = applyBinary(draft, partial, 'Add', sum, sideAt(operator, index));
  }
  return sum as Value;
}

const zero = { type: 'float32', dims: [], data: new Float32Array(1) } as const;

function importSquaredDifference(operator: Operator): Operand {
  const folded = fold(operator, (a, b) => (a - b) ** 2);
  if (folded !== undefined) return folded;
  const { draft, name } = operator;
  const [left, right] = [sideAt(operator, 0), sideAt(operator, 1)];
  const difference = applyBinary(draft, `${name}#difference`, 'Sub', left, right);
  return applyBinary(draft, name, 'Mul', difference, difference);
}
