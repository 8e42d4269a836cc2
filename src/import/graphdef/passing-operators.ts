import { foldUnary } from './fold.ts';
import { type Constant } from './constant.ts';
import {
  inputAt,
  isConstant,
  isPhoto,
  type Operator,
  type OperatorImporter,
  unsupported,
} from './operator.ts';
import { rename } from './rename.ts';

/** Operators that hand their input on: names, checks, and what only counts in training. */
export const passingOperators: Readonly<Record<string, OperatorImporter>> = {
  Identity: pass,
  CheckNumerics: pass,
  PlaceholderWithDefault: pass,
  PreventGradient: pass,
  Snapshot: pass,
  StopGradient: pass,
  Cast: cast,
};

function pass(operator: Operator): ReturnType<OperatorImporter> {
  const operand = inputAt(operator, 0);
  if (isConstant(operand) || isPhoto(operand)) return operand;
  return rename(operator.draft, operator.name, operand);
}

/** TensorFlow's numbers of float types, and of integers and truth values. */
const [floatTypes, wholeTypes, boolType] = [[1, 2, 14, 19], [3, 9], 10];

function cast(operator: Operator): ReturnType<OperatorImporter> {
  const operand = inputAt(operator, 0);
  const type = operator.attributes.type('DstT');
  if (floatTypes.includes(type)) {
    return isConstant(operand) ? castConstant(operator, operand, 'float32') : pass(operator);
  }
  if (isConstant(operand) && wholeTypes.includes(type)) {
    if (operand.type === 'int') return operand;
    return castConstant(operator, operand, 'int');
  }
  if (isConstant(operand) && type === boolType) return castConstant(operator, operand, 'bool');
  throw unsupported(operator, `a cast to type ${type}`);
}

function castConstant(operator: Operator, constant: Constant, type: 'float32' | 'int' | 'bool'): Constant {
  if (constant.type === type) return constant;
  const convert = { float32: Number, int: Math.trunc, bool: (value: number) => Number(value !== 0) }[type];
  return foldUnary(operator, constant, (value) => convert(value), type);
}
