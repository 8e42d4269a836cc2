import { intConstant } from './constant.ts';
import { denseSteps, gather } from './fold.ts';
import {
  constantAt,
  intsAt,
  type Operand,
  type Operator,
  type OperatorImporter,
  unsupported,
} from './operator.ts';
import { readConstant } from './read-constant.ts';

/** Operators that make constants. */
export const constantOperators: Readonly<Record<string, OperatorImporter>> = {
  Const: importConstant,
  Fill: importFill,
  Range: importRange,
};

function importConstant({
  name: node,
  attributes,
  draft: { source },
  context: { spend },
}: Operator): Operand {
  return readConstant(attributes.tensor('value'), { node, source, spend });
}

function importFill(operator: Operator): Operand {
  const [dims, value] = [intsAt(operator, 0), constantAt(operator, 1)];
  if (value.values.length !== 1 || dims.some((dim) => dim < 0)) {
    throw unsupported(operator, `the shape [${dims.join(', ')}]`);
  }
  return gather(operator, { ...value, dims: [] }, { dims, steps: denseSteps(dims).map(() => 0) });
}

function importRange(operator: Operator): Operand {
  const [[start = 0], [limit = 0], [step = 1]] = [0, 1, 2].map((index) => intsAt(operator, index)) as [
    readonly number[],
    readonly number[],
    readonly number[],
  ];
  const length = Math.max(0, Math.ceil((limit - start) / step));
  if (!Number.isFinite(length)) throw unsupported(operator, `a step of ${step}`);
  operator.context.spend(length);
  return intConstant(Array.from({ length }, (_, index) => start + index * step));
}
