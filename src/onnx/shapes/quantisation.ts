import type { ShapeRule } from './rule.ts';

/** Operators between real numbers and their quantised form. */
export const quantisationRules: Readonly<Record<string, ShapeRule>> = {
  QuantizeLinear: ({ inputs }, [x, , zeroPoint]) => {
    const type = inputs[2] ? zeroPoint?.type : 'uint8';
    return [x && type && { type, dims: x.dims }];
  },
  DynamicQuantizeLinear: (_, [x]) => [
    x && { type: 'uint8', dims: x.dims },
    { type: 'float32', dims: [] },
    { type: 'uint8', dims: [] },
  ],
  DequantizeLinear: (_, [x, scale]) => [x && scale && { type: scale.type, dims: x.dims }],
};
