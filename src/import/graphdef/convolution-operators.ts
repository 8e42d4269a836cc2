import { addFilters, convolve, type FilterLayout } from '../layers/convolution.ts';
import { intsAt, type Operator, type OperatorImporter, tensorAt, unsupported, valueAt } from './operator.ts';
import { explicitPadding, requireChannelsLast, spatialPair, windowPadding } from './window-attributes.ts';

/** Convolutions; `AtrousConv2D` and its depthwise form are what {@link joinDilations} makes of three nodes. */
export const convolutionOperators: Readonly<Record<string, OperatorImporter>> = {
  Conv2D: (operator) => importConvolution(operator, 'HWIO'),
  DepthwiseConv2dNative: (operator) => importConvolution(operator, 'HWIM'),
  AtrousConv2D: (operator) => importDilated(operator, 'HWIO'),
  AtrousDepthwiseConv2dNative: (operator) => importDilated(operator, 'HWIM'),
};

function importConvolution(operator: Operator, layout: FilterLayout): ReturnType<OperatorImporter> {
  requireChannelsLast(operator);
  return convolve(operator.draft, operator.name, valueAt(operator, 0), filtersOf(operator, layout), {
    strides: spatialPair(operator, 'strides'),
    dilations: spatialPair(operator, 'dilations'),
    padding: windowPadding(operator),
  });
}

/** Space to batch, convolution, batch to space: the paddings less the crops are zeros around a dilated convolution. */
function importDilated(operator: Operator, layout: FilterLayout): ReturnType<OperatorImporter> {
  requireChannelsLast(operator);
  const [block, paddings, outBlock, crops] = [2, 3, 4, 5].map((index) => intsAt(operator, index)) as [
    readonly number[],
    readonly number[],
    readonly number[],
    readonly number[],
  ];
  const strides = spatialPair(operator, 'strides');
  const [rows = 0, columns = 0] = block;
  const fits =
    block.length === 2 &&
    rows >= 1 &&
    columns >= 1 &&
    outBlock.join() === block.join() &&
    paddings.length === 4 &&
    crops.length === 4 &&
    strides.join() === '1,1' &&
    spatialPair(operator, 'dilations').join() === '1,1' &&
    windowPadding(operator) === 'VALID';
  if (!fits) throw unsupported(operator, 'a convolution between space and batch that is not a dilated one');
  const [top, bottom, left, right] = paddings.map((count, index) => count - (crops[index] ?? 0));
  return convolve(operator.draft, operator.name, valueAt(operator, 0), filtersOf(operator, layout), {
    strides,
    dilations: [rows, columns],
    padding: explicitPadding(operator, [top ?? 0, left ?? 0, bottom ?? 0, right ?? 0]),
  });
}

function filtersOf(operator: Operator, layout: FilterLayout): ReturnType<typeof addFilters> {
  const filters = tensorAt(operator, 1);
  if (filters.dims.length !== 4) throw unsupported(operator, `filters [${filters.dims.join(', ')}]`);
  operator.context.spend(filters.data.length);
  return addFilters(operator.draft, `${operator.name}#filters`, filters, layout);
}
