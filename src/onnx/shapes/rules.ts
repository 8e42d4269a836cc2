import { convolutionRules } from './convolution.ts';
import { elementwiseRules } from './elementwise.ts';
import { joiningRules } from './joining.ts';
import { layoutRules } from './layout.ts';
import { matrixRules } from './matrix.ts';
import { normalisationRules } from './normalisation.ts';
import { poolingRules } from './pooling.ts';
import { quantisationRules } from './quantisation.ts';
import { reductionRules } from './reduction.ts';
import { resizingRules } from './resizing.ts';
import type { ShapeRule } from './rule.ts';
import { sourceRules } from './source.ts';

/** The rule of every operator whose results' shapes can be told before it runs, by its name in ONNX. */
export const shapeRules: ReadonlyMap<string, ShapeRule> = new Map(
  Object.entries({
    ...convolutionRules,
    ...elementwiseRules,
    ...joiningRules,
    ...layoutRules,
    ...matrixRules,
    ...normalisationRules,
    ...poolingRules,
    ...quantisationRules,
    ...reductionRules,
    ...resizingRules,
    ...sourceRules,
  }),
);
