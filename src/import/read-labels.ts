import { RegraftError } from '../errors.ts';

/**
 * Reads the names of a network's classes from a text file, one a line in the order of its output, as retrain.py writes retrained_labels.txt.
 * Names stay as they are written, whatever their script; only a byte order mark, line ends and empty lines at the end are left out.
 *
 * @param source - The file's name, for errors.
 * @throws RegraftError `BACKBONE_INVALID` naming the line that is empty, or says what an earlier one says.
 */
export function readLabels(text: string, source: string): string[] {
  const labels = text
    .replace(/^\uFEFF/, '')
    .replace(/[\s\uFEFF]+$/u, '')
    .split(/\r\n|\n|\r/);
  const lines = new Map<string, number>();
  for (const [index, label] of labels.entries()) {
    if (label.trim() === '') throw invalid(source, `line ${index + 1} is empty`);
    const earlier = lines.get(label);
    if (earlier !== undefined) {
      throw invalid(source, `lines ${earlier} and ${index + 1} both are "${label}"`);
    }
    lines.set(label, index + 1);
  }
  return labels;
}

function invalid(source: string, found: string): RegraftError {
  return new RegraftError('BACKBONE_INVALID', `Expected a label on each line of ${source}, but ${found}.`, {
    hint: 'Write one name a line, in the order of the network’s output, no two alike.',
  });
}
