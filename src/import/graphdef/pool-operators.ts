import { pool } from '../layers/pool.ts';
import { type Operator, type OperatorImporter, valueAt } from './operator.ts';
import { requireChannelsLast, spatialPair, windowPadding } from './window-attributes.ts';

/** Poolings. */
export const poolOperators: Readonly<Record<string, OperatorImporter>> = {
  AvgPool: (operator) => importPool(operator, 'AveragePool'),
  MaxPool: (operator) => importPool(operator, 'MaxPool'),
};

function importPool(operator: Operator, op: 'AveragePool' | 'MaxPool'): ReturnType<OperatorImporter> {
  requireChannelsLast(operator);
  return pool(operator.draft, operator.name, op, valueAt(operator, 0), {
    kernel: spatialPair(operator, 'ksize'),
    strides: spatialPair(operator, 'strides'),
    padding: windowPadding(operator),
  });
}
