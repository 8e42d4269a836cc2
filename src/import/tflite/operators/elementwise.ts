import type { Value } from '../../layers/draft.ts';
import {
  applyBinary,
  applyUnary,
  type BinaryOperator,
  clamp,
  hardSwish,
  type UnaryOperator,
} from '../../layers/elementwise.ts';
import { parametricRelu } from '../../layers/parametric-relu.ts';
import { readFor, readOperand, write } from '../activations.ts';
import { constantOf } from '../constants.ts';
import {
  fusedActivation,
  inputsOf,
  optionsOf,
  type OperatorImporter,
  type OperatorImporters,
  outputOf,
} from '../operator.ts';
import type { TfliteOperator } from '../read-tflite.ts';
import type { TfliteDraft } from '../tflite-draft.ts';
import { storedConstant } from '../weights.ts';

/** Operators of one number, or of two that are broadcast against each other. */
export const elementwiseOperators: OperatorImporters = {
  ADD: binary('Add'),
  SUB: binary('Sub'),
  MUL: binary('Mul'),
  DIV: binary('Div'),
  MAXIMUM: binary('Max'),
  MINIMUM: binary('Min'),
  POW: binary('Pow'),
  SQUARED_DIFFERENCE(operator, draft) {
    const [left, right] = inputsOf(operator, draft, 2);
    const sides = [readOperand(draft, left), readOperand(draft, right)] as const;
    write(
      draft,
      outputOf(operator, draft),
      (name) => {
        const difference = applyBinary(draft, `${name}#difference`, 'Sub', ...sides);
        return applyBinary(draft, name, 'Mul', difference, difference);
      },
      { leavesRange: true },
    );
  },
  RELU: ranged(0, Infinity),
  RELU6: ranged(0, 6),
  RELU_N1_TO_1: ranged(-1, 1),
  RELU_0_TO_1: ranged(0, 1),
  LOGISTIC: unary('Sigmoid'),
  TANH: unary('Tanh'),
  HARD_SWISH: written(hardSwish),
  ELU: unary('Elu'),
  ABS: unary('Abs'),
  NEG: unary('Neg'),
  EXP: unary('Exp'),
  LOG: unary('Log'),
  SQRT: unary('Sqrt'),
  FLOOR: unary('Floor'),
  CEIL: unary('Ceil'),
  RSQRT: written((draft, name, value) =>
    applyUnary(draft, name, 'Reciprocal', applyUnary(draft, `${name}#root`, 'Sqrt', value)),
  ),
  SQUARE: written((draft, name, value) => applyBinary(draft, name, 'Mul', value, value)),
  LEAKY_RELU(operator, draft) {
    const alpha = { float: optionsOf(operator, draft).float(0, 0) };
    importUnary(operator, draft, (name, value) => applyUnary(draft, name, 'LeakyRelu', value, { alpha }));
  },
  PRELU(operator, draft) {
    const [, slope] = inputsOf(operator, draft, 2);
    const slopes = constantOf(draft, slope) ?? storedConstant(draft, slope);
    importUnary(operator, draft, (name, value) => parametricRelu(draft, name, value, slopes));
  },
};

function binary(op: BinaryOperator): OperatorImporter {
  return (operator, draft) => {
    const [left, right] = inputsOf(operator, draft, 2);
    const sides = [readOperand(draft, left), readOperand(draft, right)] as const;
    write(draft, outputOf(operator, draft), (name) => applyBinary(draft, name, op, ...sides), {
      clamp: fusedActivation(operator, draft, operator.options?.byte(0, 0) ?? 0),
      leavesRange: true,
    });
  };
}

function unary(op: UnaryOperator): OperatorImporter {
  return written((draft, name, value) => applyUnary(draft, name, op, value));
}

function ranged(low: number, high: number): OperatorImporter {
  return written((draft, name, value) => clamp(draft, name, value, low, high));
}

function written(layer: (draft: TfliteDraft, name: string, value: Value) => Value): OperatorImporter {
  return (operator, draft) => importUnary(operator, draft, (name, value) => layer(draft, name, value));
}

function importUnary(
  operator: TfliteOperator,
  draft: TfliteDraft,
  make: (name: string, value: Value) => Value,
): void {
  const [input] = inputsOf(operator, draft, 1);
  const output = outputOf(operator, draft);
  const value = readFor(draft, output, input);
  write(draft, output, (name) => make(name, value));
}
