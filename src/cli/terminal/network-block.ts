import type { NetworkDescription } from '../../inspect-network.ts';
import { formatPhotoFit } from '../../shared/format-photo-fit.ts';
import { printable } from './printable.ts';
import type { Screen } from './screen.ts';
import { formatTable } from './table.ts';
import { formatBytes } from './units.ts';

/** What a pretrained network is made of, and where features can be taken from it. */
export function formatNetwork(network: NetworkDescription, { colors }: Screen): string[] {
  const { id, format, form, sha256, bytes, fit, parameters, multiplyAdds, operators, classes } = network;
  const rows = [
    ['file', `${format}, ${form}, ${formatBytes(bytes)}`],
    ['sha256', sha256],
    ['input', `photos ${formatPhotoFit(fit)}`],
    ['scaling', formatScaling(network.scaling)],
    ['parameters', formatMillions(parameters)],
    ['multiply-adds', `${formatMillions(multiplyAdds)} a photo`],
    ['classes', classes === null ? 'none of its own' : String(classes)],
    ['operators', operators.map(({ op, count }) => `${op} ${count}`).join(', ')],
  ];
  const taps = network.taps.map(({ name, size, tensor, dims }) => [
    `  ${printable(name)}`,
    String(size),
    `[${dims.join(', ')}]`,
    printable(tensor),
  ]);
  const [header = '', ...lines] = formatTable(
    [['  tap', 'size', 'shape', 'tensor'], ...taps],
    ['left', 'right'],
  );
  return [
    colors.bold(printable(id)),
    ...formatTable(rows.map(([name = '', value = '']) => [`  ${colors.dim(name)}`, value])),
    '',
    colors.dim(header),
    ...lines,
  ];
}

function formatScaling(scaling: NetworkDescription['scaling']): string {
  if (scaling === 'inside') return 'inside the network: it takes pixels as they are';
  if (scaling === 'unknown') return 'unknown: its files do not say it, --scaling does';
  const { order, mean, std } = scaling;
  return `(${order} − ${listNumbers(mean)}) / ${listNumbers(std)}`;
}

function listNumbers(values: readonly number[]): string {
  const shown = values.map((value) => String(Number(value.toPrecision(6))));
  return new Set(shown).size === 1 ? (shown[0] ?? '') : `[${shown.join(', ')}]`;
}

/** `23.8 million`, `5,713 million`. */
function formatMillions(count: number): string {
  const millions = count / 1e6;
  const digits = millions >= 100 ? 0 : millions >= 10 ? 1 : 2;
  return `${millions.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })} million`;
}
