import { intAttribute, intsAttribute } from '../attributes.ts';
import type { GraphNode } from '../graph.ts';
import { addDimensions, type Dimension, multiplyDimensions } from './dimension.ts';
import { numericDims, type TensorFacts } from './facts.ts';
import type { OutputFacts, ShapeRule } from './rule.ts';
import { slideWindow, windowOf } from './window.ts';

/** Convolutions, also transposed and quantised. */
export const convolutionRules: Readonly<Record<string, ShapeRule>> = {
  Conv: (node, [x, weights]) => convolution(node, x, weights, x?.type),
  ConvInteger: (node, [x, weights]) => convolution(node, x, weights, 'int32'),
  QLinearConv: (node, [x, , , weights, , , , zeroPoint]) => convolution(node, x, weights, zeroPoint?.type),
  ConvTranspose: transposedConvolution,
};

function convolution(
  node: GraphNode,
  x: TensorFacts | undefined,
  weights: TensorFacts | undefined,
  type: TensorFacts['type'] | undefined,
): OutputFacts {
  const kernel = kernelOf(node, weights);
  const filters = weights?.dims[0];
  if (x === undefined || filters === undefined || kernel === undefined || type === undefined) return [];
  return [
    { type, dims: [x.dims[0] ?? '', filters, ...slideWindow(x.dims.slice(2), windowOf(node, kernel))] },
  ];
}

function transposedConvolution(
  node: GraphNode,
  [x, weights]: readonly (TensorFacts | undefined)[],
): OutputFacts {
  const kernel = kernelOf(node, weights);
  if (x === undefined || weights === undefined || kernel === undefined) return [];
  const { strides, dilations, pads, autoPad } = windowOf(node, kernel);
  const given = intsAttribute(node, 'output_shape');
  const extra = intsAttribute(node, 'output_padding') ?? [];
  const spatial = x.dims.slice(2).map((size, axis): Dimension => {
    const named = given?.[axis - kernel.length + given.length];
    if (named !== undefined) return named;
    const stride = strides[axis] ?? 1;
    const reach = ((kernel[axis] ?? 1) - 1) * (dilations[axis] ?? 1) + 1 + (extra[axis] ?? 0);
    // onnxruntime only takes away what is too much: a window smaller than its stride does not fill the last step.
    if (autoPad.startsWith('SAME') && reach >= stride) return multiplyDimensions(size, stride);
    const padding = autoPad !== 'NOTSET' ? 0 : (pads[axis] ?? 0) + (pads[axis + kernel.length] ?? 0);
    const steps = multiplyDimensions(addDimensions(size, -1), stride);
    return addDimensions(steps, reach - padding);
  });
  const channels = multiplyDimensions(weights.dims[1] ?? '', intAttribute(node, 'group', 1));
  return [{ type: x.type, dims: [x.dims[0] ?? '', channels, ...spatial] }];
}

function kernelOf(node: GraphNode, weights: TensorFacts | undefined): readonly number[] | undefined {
  return intsAttribute(node, 'kernel_shape') ?? (weights && numericDims(weights.dims.slice(2)));
}
