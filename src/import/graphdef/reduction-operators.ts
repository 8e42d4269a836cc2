import { elementCount } from '../../onnx/build.ts';
import { reduce, type Reduction } from '../layers/reduce.ts';
import { type Constant, intConstant } from './constant.ts';
import { denseSteps, foldUnary, gather } from './fold.ts';
import {
  constantAt,
  inputAt,
  intsAt,
  isConstant,
  type Operator,
  type OperatorImporter,
  unsupported,
  valueAt,
} from './operator.ts';
import { rename } from './rename.ts';

/** Reductions of axes. */
export const reductionOperators: Readonly<Record<string, OperatorImporter>> = {
  Max: reduction('Max', (numbers) => numbers.reduce((a, b) => Math.max(a, b), -Infinity)),
  Mean: reduction('Mean', (numbers) => numbers.reduce((a, b) => a + b, 0) / numbers.length),
  Min: reduction('Min', (numbers) => numbers.reduce((a, b) => Math.min(a, b), Infinity)),
  Prod: (operator) => fold(operator, (numbers) => numbers.reduce((a, b) => a * b, 1)),
  Sum: reduction('Sum', (numbers) => numbers.reduce((a, b) => a + b, 0)),
};

type Compute = (numbers: readonly number[]) => number;

function reduction(how: Reduction, compute: Compute): OperatorImporter {
  return (operator) => {
    if (isConstant(inputAt(operator, 0))) return fold(operator, compute);
    const { draft, name, attributes } = operator;
    const [value, axes] = [valueAt(operator, 0), intsAt(operator, 1)];
    return axes.length === 0
      ? rename(draft, name, value)
      : reduce(draft, name, how, value, axes, attributes.flag('keep_dims', false));
  };
}

/** Computes a reduction of a constant, which is small: its reduced axes are brought to the end and summed up place by place. */
function fold(operator: Operator, compute: Compute): Constant {
  const constant = constantAt(operator, 0);
  const { dims } = constant;
  const axes = new Set(intsAt(operator, 1).map((axis) => (axis < 0 ? axis + dims.length : axis)));
  if ([...axes].some((axis) => axis < 0 || axis >= dims.length) || constant.values.includes('N' as never)) {
    throw unsupported(operator, `a reduction of axes [${[...axes].join(', ')}] of [${dims.join(', ')}]`);
  }
  const order = dims
    .map((_, axis) => axis)
    .sort((a, b) => Number(axes.has(a)) - Number(axes.has(b)) || a - b);
  const steps = denseSteps(dims);
  const moved = gather(operator, constant, {
    dims: order.map((axis) => dims[axis] ?? 1),
    steps: order.map((axis) => steps[axis] ?? 0),
  });
  const group = elementCount(dims.filter((_, axis) => axes.has(axis)));
  const numbers = Array.from(moved.values as ArrayLike<number>);
  const kept = dims.filter((_, axis) => !axes.has(axis));
  const places = intConstant(
    Array.from({ length: elementCount(kept) }, (_, place) => place * group),
    kept,
  );
  const result = foldUnary(
    operator,
    places,
    (start) => compute(numbers.slice(start, start + group)),
    constant.type,
  );
  if (!operator.attributes.flag('keep_dims', false)) return result;
  return { ...result, dims: dims.map((dim, axis) => (axes.has(axis) ? 1 : dim)) };
}
