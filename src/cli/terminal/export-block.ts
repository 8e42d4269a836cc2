import type { ExportRecord } from '../../export/export-record.ts';
import type { Screen } from './screen.ts';
import { formatShellPath } from './shell-path.ts';
import { formatTable } from './table.ts';
import { countOf, formatBytes, formatPercent } from './units.ts';

/** What `regraft export` prints: the model beside its export, how far their answers are apart, and where the files are. */
export function formatExport(record: ExportRecord, folder: string, { colors }: Screen): string[] {
  const { test, speed, model } = record;
  const [head = '', ...body] = formatTable(
    [
      ['', 'model', record.format],
      ['test accuracy', formatPercent(test.accuracyBefore), formatPercent(test.accuracyAfter)],
      ['size', formatBytes(model.bytes), formatBytes(record.bytes)],
      ['a photo, one core', formatMs(speed.msBefore), formatMs(speed.msAfter)],
    ],
    ['left', 'right', 'right'],
  );
  const kind = test.source === 'training run' ? 'test photo' : 'given photo';
  const unreadable = test.unreadable === 0 ? '' : `, ${test.unreadable} more could not be read`;
  return [
    '',
    colors.bold(`${countOf(test.photos, kind)} by both${unreadable}`),
    colors.dim(head),
    ...body,
    '',
    describeAnswers(test),
    colors.dim(`Tested with ${record.runtime}.`),
    '',
    `Files   ${formatShellPath(folder)}`,
  ];
}

function describeAnswers({
  changed,
  photos,
  onlyBefore,
  onlyAfter,
  pValue,
  largestDifference,
}: ExportRecord['test']): string {
  const apart = `Probabilities differ by ${formatDifference(largestDifference)} at most`;
  if (changed === 0) return `${apart}; every answer is the same.`;
  return `${apart}; ${changed} of ${countOf(photos, 'answer')} changed, ${onlyBefore} of them from right to wrong and ${onlyAfter} from wrong to right (p = ${pValue.toFixed(2)}).`;
}

function formatDifference(difference: number): string {
  return difference < 1e-3 && difference > 0 ? difference.toExponential(0) : difference.toFixed(3);
}

function formatMs(ms: number | null): string {
  return ms === null ? '–' : `${ms.toFixed(1)} ms`;
}
