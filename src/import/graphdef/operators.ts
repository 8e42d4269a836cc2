import { arithmeticOperators } from './arithmetic-operators.ts';
import { constantOperators } from './constant-operators.ts';
import { convolutionOperators } from './convolution-operators.ts';
import { denseOperators } from './dense-operators.ts';
import { functionOperators } from './function-operators.ts';
import { joinOperators } from './join-operators.ts';
import { normalisationOperators } from './normalisation-operators.ts';
import type { OperatorImporter } from './operator.ts';
import { padOperators } from './pad-operators.ts';
import { passingOperators } from './passing-operators.ts';
import { photoOperators } from './photo-operators.ts';
import { poolOperators } from './pool-operators.ts';
import { quantisationOperators } from './quantisation-operators.ts';
import { reductionOperators } from './reduction-operators.ts';
import { resizeOperators } from './resize-operators.ts';
import { shapeOperators } from './shape-operators.ts';
import { sliceOperators } from './slice-operators.ts';

/** Every operator that can be imported, by its name in TensorFlow. */
export const operatorImporters: ReadonlyMap<string, OperatorImporter> = new Map(
  Object.entries({
    ...arithmeticOperators,
    ...constantOperators,
    ...convolutionOperators,
    ...denseOperators,
    ...functionOperators,
    ...joinOperators,
    ...normalisationOperators,
    ...padOperators,
    ...passingOperators,
    ...photoOperators,
    ...poolOperators,
    ...quantisationOperators,
    ...reductionOperators,
    ...resizeOperators,
    ...shapeOperators,
    ...sliceOperators,
  }),
);
