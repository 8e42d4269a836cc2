import type { OperatorImporters } from '../operator.ts';
import { conversionOperators } from './conversion.ts';
import { convolutionOperators } from './convolution.ts';
import { denseOperators } from './dense.ts';
import { elementwiseOperators } from './elementwise.ts';
import { normalisationOperators } from './normalisation.ts';
import { poolingOperators } from './pooling.ts';
import { resizingOperators } from './resizing.ts';
import { shapeOperators } from './shape.ts';
import { slicingOperators } from './slicing.ts';

/** Every operator that can be imported, by its name in TensorFlow Lite's schema. */
export const operatorImporters: OperatorImporters = {
  ...convolutionOperators,
  ...poolingOperators,
  ...denseOperators,
  ...elementwiseOperators,
  ...shapeOperators,
  ...slicingOperators,
  ...normalisationOperators,
  ...resizingOperators,
  ...conversionOperators,
};
