import type { ShapeRule } from './rule.ts';

/** Operators between real numbers and their quantised form. */
export const quantisationRules: Readonly<Record<string, ShapeRule>> = {
  QuantizeLinear: ({ inputs }, [x, , zeroPoint]) => {
    const type = inputs[2] ? zeroPoint?.type : 'uint8';
    return [x && type && { type, dims: x.dims }];
  },
  DequantizeLinear: (_, [x, scale]) => [x && scale && { type: scale.type, dims: x.dims }],
};
