import { convolve, type FilterLayout } from '../../layers/convolution.ts';
import { holdsLevels, read, write } from '../activations.ts';
import { fusedActivation, inputsOf, optionsOf, outputOf, type OperatorImporters } from '../operator.ts';
import type { TfliteOperator } from '../read-tflite.ts';
import type { TfliteDraft } from '../tflite-draft.ts';
import { addBias, addFilters } from '../weights.ts';
import { paddingOf } from './padding-rule.ts';

/** Convolutions; filters are `[filters, height, width, channels]`, of depthwise ones `[1, height, width, channels · multiplier]`. */
export const convolutionOperators: OperatorImporters = {
  CONV_2D: (operator, draft) =>
    importConvolution(operator, draft, 'OHWI', { activation: 3, dilations: [5, 4] }),
  DEPTHWISE_CONV_2D: (operator, draft) =>
    importConvolution(operator, draft, '1HWO', { activation: 4, dilations: [6, 5] }),
};

/** Numbers of option fields in which the two kinds differ; pairs are `[height, width]`. */
interface OptionFields {
  readonly activation: number;
  readonly dilations: readonly [number, number];
}

function importConvolution(
  operator: TfliteOperator,
  draft: TfliteDraft,
  layout: FilterLayout,
  fields: OptionFields,
): void {
  const [input, weights] = inputsOf(operator, draft, 2);
  const bias = operator.inputs[2];
  const [output, options] = [outputOf(operator, draft), optionsOf(operator, draft)];
  const asLevels = holdsLevels(draft, input) && holdsLevels(draft, output);
  const filters = addFilters(draft, weights, layout, { asLevels });
  const value = read(draft, input);
  const biasName = bias && addBias(draft, bias, { asLevels });
  const [tall, wide] = fields.dilations;
  write(
    draft,
    output,
    (name) =>
      convolve(draft, name, value, filters, {
        strides: [options.int(2, 1), options.int(1, 1)],
        dilations: [options.int(tall, 1), options.int(wide, 1)],
        padding: paddingOf(operator, draft, options),
        bias: biasName,
      }),
    { clamp: fusedActivation(operator, draft, options.byte(fields.activation, 0)), leavesRange: true },
  );
}
