import type { Tensor } from '../../onnx/graph.ts';
import { addConstant, type Draft, emit, type Value } from './draft.ts';
import { addFilters, convolve } from './convolution.ts';
import { permute } from './layout.ts';
import { inOrder } from './reshape.ts';
import { unsupportedLayer } from './unsupported.ts';

/**
 * Writes a fully connected layer over the last axis.
 *
 * @param weights - float32 `[inputs, outputs]`, or `[outputs, inputs]` with `transposed`.
 * @param bias - float32 `[outputs]`.
 * @throws RegraftError `OPERATOR_UNSUPPORTED` when weights and input do not fit.
 */
export function connect(
  draft: Draft,
  name: string,
  input: Value,
  weights: Tensor,
  options: { readonly bias?: Tensor | undefined; readonly transposed?: boolean } = {},
): Value {
  const table = options.transposed === true ? permute(weights, [1, 0]) : weights;
  const [inputs = 0, outputs = 0] = table.dims;
  if (table.dims.length !== 2 || input.shape.at(-1) !== inputs) {
    throw unsupportedLayer(
      draft,
      name,
      `weights [${table.dims.join(', ')}] for an input [${input.shape.join(', ')}]`,
    );
  }
  if (input.shape.length === 4) {
    // Over the channels of a picture it is a convolution with a window of one pixel.
    const filters = addFilters(draft, `${name}#weights`, { ...table, dims: [1, 1, inputs, outputs] }, 'HWIO');
    const bias = options.bias && addConstant(draft, `${name}#bias`, options.bias);
    return convolve(draft, name, input, filters, {
      strides: [1, 1],
      dilations: [1, 1],
      padding: 'VALID',
      bias,
    });
  }
  const shape = [...input.shape.slice(0, -1), outputs];
  if (input.shape.length === 2) {
    const names = [input.name, addConstant(draft, `${name}#weights`, orderRows(table, input))];
    if (options.bias !== undefined) names.push(addConstant(draft, `${name}#bias`, options.bias));
    return emit(draft, 'Gemm', names, { name, shape });
  }
  const constant = addConstant(draft, `${name}#weights`, table);
  const product = { name: options.bias === undefined ? name : `${name}#product`, shape };
  const value = emit(draft, 'MatMul', [inOrder(draft, input).name, constant], product);
  if (options.bias === undefined) return value;
  const bias = addConstant(draft, `${name}#bias`, options.bias);
  return emit(draft, 'Add', [value.name, bias], { name, shape });
}

/** Brings the rows of weights `[inputs, outputs]` into the order in which a flattened picture is stored. */
export function orderRows(weights: Tensor, { picture }: Value): Tensor {
  if (picture === undefined) return weights;
  const [inputs = 0, outputs = 0] = weights.dims;
  const ordered = permute({ ...weights, dims: [...picture, outputs] }, [2, 0, 1, 3]);
  return { ...ordered, dims: [inputs, outputs] };
}
