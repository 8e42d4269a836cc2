import { connect } from '../layers/dense.ts';
import { applyBinary } from '../layers/elementwise.ts';
import { type Operator, type OperatorImporter, tensorAt, unsupported, valueAt } from './operator.ts';
import { requireChannelsLast } from './window-attributes.ts';

/** Fully connected layers. */
export const denseOperators: Readonly<Record<string, OperatorImporter>> = {
  BiasAdd: importBias,
  BiasAddV1: importBias,
  MatMul: importProduct,
};

function importProduct(operator: Operator): ReturnType<OperatorImporter> {
  const { attributes, draft, name } = operator;
  if (attributes.flag('transpose_a', false)) throw unsupported(operator, 'a transposed first factor');
  const weights = tensorAt(operator, 1);
  operator.context.spend(weights.data.length);
  const transposed = attributes.flag('transpose_b', false);
  return connect(draft, name, valueAt(operator, 0), weights, { transposed });
}

function importBias(operator: Operator): ReturnType<OperatorImporter> {
  requireChannelsLast(operator);
  const bias = tensorAt(operator, 1);
  const value = valueAt(operator, 0);
  if (bias.dims.length !== 1 || bias.dims[0] !== value.shape.at(-1)) {
    throw unsupported(operator, `a bias [${bias.dims.join(', ')}] for an input [${value.shape.join(', ')}]`);
  }
  return applyBinary(operator.draft, operator.name, 'Add', value, bias);
}
