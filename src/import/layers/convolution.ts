import type { Tensor } from '../../onnx/graph.ts';
import { addConstant, type Draft, emit, type Value } from './draft.ts';
import { permute } from './layout.ts';
import { unsupportedLayer } from './unsupported.ts';
import { pictureShape, placeWindow, type Window } from './window.ts';

/** Filters as ONNX takes them: the name of a float tensor `[filters, channels of a group, height, width]`. */
export interface Filters {
  readonly name: string;
  readonly dims: readonly [number, number, number, number];
}

/** The layouts in which formats keep filters: height, width, input channels, output channels or their multiplier. */
export type FilterLayout = 'HWIO' | 'OHWI' | 'HWIM' | '1HWO';

/**
 * Arranges filters for ONNX, `[filters, channels of a group, height, width]`.
 * `HWIM` are TensorFlow's depthwise filters `[height, width, channels, multiplier]`, `1HWO` those of TensorFlow Lite
 * `[1, height, width, channels · multiplier]`.
 */
export function arrangeFilters(tensor: Tensor, layout: FilterLayout): Tensor {
  switch (layout) {
    case 'HWIO':
      return permute(tensor, [3, 2, 0, 1]);
    case 'OHWI':
      return permute(tensor, [0, 3, 1, 2]);
    case 'HWIM': {
      const { dims, ...rest } = permute(tensor, [2, 3, 0, 1]);
      const [channels = 1, multiplier = 1, height = 1, width = 1] = dims;
      return { ...rest, dims: [channels * multiplier, 1, height, width] };
    }
    case '1HWO':
      return permute(tensor, [3, 0, 1, 2]);
  }
}

/** Adds float32 filters as a constant. */
export function addFilters(draft: Draft, name: string, tensor: Tensor, layout: FilterLayout): Filters {
  const arranged = arrangeFilters(tensor, layout);
  const [filters = 1, channels = 1, height = 1, width = 1] = arranged.dims;
  return { name: addConstant(draft, name, arranged), dims: [filters, channels, height, width] };
}

/**
 * Writes a convolution; a depthwise one is that whose filters see a single channel of several.
 *
 * @param bias - Name of a float tensor `[filters]`.
 * @throws RegraftError `OPERATOR_UNSUPPORTED` when filters and input do not fit.
 */
export function convolve(
  draft: Draft,
  name: string,
  input: Value,
  filters: Filters,
  options: Omit<Window, 'kernel'> & { readonly bias?: string | undefined },
): Value {
  const { value, window } = takePadding(input, { ...options, kernel: [filters.dims[2], filters.dims[3]] });
  const placed = placeWindow(draft, name, value, window);
  const [, , , channels] = pictureShape(draft, name, value);
  const group = channels / filters.dims[1];
  if (!Number.isInteger(group) || filters.dims[0] % group !== 0) {
    throw unsupportedLayer(draft, name, `${filters.dims[1]} channels a filter for an input of ${channels}`);
  }
  return emit(
    draft,
    'Conv',
    [value.name, filters.name, ...(options.bias === undefined ? [] : [options.bias])],
    { name, shape: ['N', placed.height, placed.width, filters.dims[0]] },
    {
      kernel_shape: { ints: window.kernel },
      strides: { ints: window.strides },
      dilations: { ints: window.dilations },
      pads: { ints: placed.pads },
      ...(group === 1 ? {} : { group: { int: group } }),
    },
  );
}

/** Lets a convolution without padding of its own (VALID) do the padding that stands before it. */
function takePadding(input: Value, window: Window): { value: Value; window: Window } {
  if (input.unpadded === undefined || window.padding !== 'VALID') return { value: input, window };
  return { value: input.unpadded.value, window: { ...window, padding: input.unpadded.pads } };
}
