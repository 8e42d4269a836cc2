import { pool } from '../../layers/pool.ts';
import { reduce, type Reduction } from '../../layers/reduce.ts';
import { read, write } from '../activations.ts';
import {
  fusedActivation,
  inputsOf,
  numbersOf,
  optionsOf,
  type OperatorImporter,
  type OperatorImporters,
  outputOf,
} from '../operator.ts';
import { paddingOf } from './padding-rule.ts';

/** Pooling by windows, and over whole axes. Averages leave the padding out, as in TensorFlow. */
export const poolingOperators: OperatorImporters = {
  MAX_POOL_2D: importPool('MaxPool'),
  AVERAGE_POOL_2D: importPool('AveragePool'),
  MEAN: importReduction('Mean'),
  SUM: importReduction('Sum', true),
  REDUCE_MAX: importReduction('Max'),
  REDUCE_MIN: importReduction('Min'),
};

function importPool(op: 'MaxPool' | 'AveragePool'): OperatorImporter {
  return (operator, draft) => {
    const [input] = inputsOf(operator, draft, 1);
    const [output, options] = [outputOf(operator, draft), optionsOf(operator, draft)];
    const value = read(draft, input);
    write(
      draft,
      output,
      (name) =>
        pool(draft, name, op, value, {
          kernel: [options.int(4, 1), options.int(3, 1)],
          strides: [options.int(2, 1), options.int(1, 1)],
          padding: paddingOf(operator, draft, options),
        }),
      { clamp: fusedActivation(operator, draft, options.byte(5, 0)) },
    );
  };
}

function importReduction(how: Reduction, leavesRange = false): OperatorImporter {
  return (operator, draft) => {
    const [input, axes] = inputsOf(operator, draft, 2);
    const numbers = numbersOf(operator, draft, axes);
    const keepDims = operator.options?.flag(0) ?? false;
    const value = read(draft, input);
    write(draft, outputOf(operator, draft), (name) => reduce(draft, name, how, value, numbers, keepDims), {
      leavesRange,
    });
  };
}
