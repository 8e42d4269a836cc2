import { RegraftError } from '../errors.ts';

/**
 * Reads the names of a network's classes from a text file, one a line in the order of its output, as retrain.py writes retrained_labels.txt.
 * Names stay as they are written, whatever their script; only a byte order mark, line ends and empty lines at the end are left out.
 * A name that occurs again is numbered, `crane (2)`: two of ImageNet's classes are called crane, and two maillot.
 *
 * @param source - The file's name, for errors.
 * @throws RegraftError `BACKBONE_INVALID` naming the line that is empty.
 */
export function readLabels(text: string, source: string): string[] {
  const labels = text
    .replace(/^\uFEFF/, '')
    .replace(/[\s\uFEFF]+$/u, '')
    .split(/\r\n|\n|\r/);
  const empty = labels.findIndex((label) => label.trim() === '');
  if (empty !== -1) throw invalid(source, `line ${empty + 1} is empty`);
  const used = new Set(labels);
  const seen = new Set<string>();
  return labels.map((label) => {
    const own = seen.has(label) ? freeLabel(label, used) : label;
    seen.add(own);
    return own;
  });
}

function freeLabel(label: string, used: Set<string>): string {
  let number = 2;
  while (used.has(`${label} (${number})`)) number++;
  used.add(`${label} (${number})`);
  return `${label} (${number})`;
}

function invalid(source: string, found: string): RegraftError {
  return new RegraftError('BACKBONE_INVALID', `Expected a label on each line of ${source}, but ${found}.`, {
    hint: 'Write one name a line, in the order of the network’s output.',
  });
}
