import { applyBinary, applyUnary, clamp, swish, type UnaryOperator } from '../layers/elementwise.ts';
import { type Value } from '../layers/draft.ts';
import { foldUnary } from './fold.ts';
import { inputAt, isConstant, type Operator, type OperatorImporter, valueAt } from './operator.ts';

/** Functions of one number: activations, and what is left of formulas that were written out. */
export const functionOperators: Readonly<Record<string, OperatorImporter>> = {
  Abs: unary('Abs', Math.abs),
  Ceil: unary('Ceil', Math.ceil),
  Elu: unary('Elu'),
  Erf: unary('Erf'),
  Exp: unary('Exp', Math.exp),
  Floor: unary('Floor', Math.floor),
  Inv: unary('Reciprocal', (value) => 1 / value),
  LeakyRelu: leakyRelu,
  Log: unary('Log', Math.log),
  Neg: unary('Neg', (value) => -value),
  Reciprocal: unary('Reciprocal', (value) => 1 / value),
  Relu: unary('Relu', (value) => Math.max(0, value)),
  Relu6: foldable(relu6, (value) => Math.min(6, Math.max(0, value))),
  Round: unary('Round'),
  Rsqrt: foldable(inverseRoot, (value) => 1 / Math.sqrt(value)),
  Selu: unary('Selu'),
  Sigmoid: unary('Sigmoid', (value) => 1 / (1 + Math.exp(-value))),
  Softplus: unary('Softplus'),
  Softsign: unary('Softsign'),
  Sqrt: unary('Sqrt', Math.sqrt),
  Square: foldable(square, (value) => value * value),
  SwishF32: (operator) => swish(operator.draft, operator.name, valueAt(operator, 0)),
  Tanh: unary('Tanh', Math.tanh),
};

type Write = (operator: Operator, value: Value) => Value;

function unary(op: UnaryOperator, compute?: (value: number) => number): OperatorImporter {
  const write: Write = ({ draft, name }, value) => applyUnary(draft, name, op, value);
  return compute === undefined
    ? (operator) => write(operator, valueAt(operator, 0))
    : foldable(write, compute);
}

/** Computes what is known, and writes the rest. */
function foldable(write: Write, compute: (value: number) => number): OperatorImporter {
  return (operator) => {
    const operand = inputAt(operator, 0);
    return isConstant(operand)
      ? foldUnary(operator, operand, (value) => compute(value))
      : write(operator, valueAt(operator, 0));
  };
}

function leakyRelu(operator: Operator): Value {
  const alpha = operator.attributes.float('alpha', 0.2);
  return applyUnary(operator.draft, operator.name, 'LeakyRelu', valueAt(operator, 0), {
    alpha: { float: alpha },
  });
}

function relu6({ draft, name }: Operator, value: Value): Value {
  return clamp(draft, name, value, 0, 6);
}

function inverseRoot({ draft, name }: Operator, value: Value): Value {
  return applyUnary(draft, name, 'Reciprocal', applyUnary(draft, `${name}#root`, 'Sqrt', value));
}

function square({ draft, name }: Operator, value: Value): Value {
  return applyBinary(draft, name, 'Mul', value, value);
}
