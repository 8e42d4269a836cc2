import type {
  ComparedRepeats,
  ComparedRun,
  Comparison,
  Difference,
  RepeatsComparison,
  RunComparison,
} from '../../runs/comparison.ts';
import { printable } from './printable.ts';
import type { Screen } from './screen.ts';
import { type Align, formatTable } from './table.ts';
import { countOf, formatBytes, formatDuration, formatPercent } from './units.ts';

/** What `regraft compare` prints: the figures of each run, what the runs are, how they differ from the first, and the verdicts. */
export function formatComparison(comparison: Comparison, screen: Screen): string[] {
  const { colors } = screen;
  const body =
    comparison.kind === 'runs' ? formatRuns(comparison, colors) : formatRepeats(comparison, colors);
  const [first, ...others] = comparison.runs;
  const verdicts = others.flatMap(({ difference }) => (difference === null ? [] : [difference]));
  return [
    '',
    ...body,
    '',
    ...formatDifferences(first?.name ?? '', others, colors),
    '',
    ...verdicts.map((difference) => formatVerdict(difference, colors)),
    ...comparison.notices.map((notice) => `${colors.yellow('!')} ${printable(notice)}`),
  ];
}

function formatRuns({ photos, classes, runs }: RunComparison, colors: Screen['colors']): string[] {
  const figures = runs.map((run) => [
    printable(run.name),
    formatPercent(run.accuracy),
    formatInterval(run.interval95),
    run.logLoss.toFixed(3),
    run.ece.toFixed(3),
  ]);
  const facts = runs.map((run: ComparedRun) => [
    printable(run.name),
    printable(run.head),
    printable(run.backbone),
    String(run.taps.length),
    formatDuration(run.headMs),
    formatBytes(run.modelBytes),
  ]);
  return [
    colors.bold(`${countOf(photos, 'test photo')} in ${classes.length} classes, the same for all runs.`),
    '',
    ...table(
      ['run', 'accuracy', '95 % interval', 'log loss', 'ECE'],
      figures,
      ['left', 'right', 'right', 'right', 'right'],
      colors,
    ),
    '',
    ...table(
      ['run', 'head', 'network', 'taps', 'head time', 'model'],
      facts,
      ['left', 'left', 'left', 'right', 'right', 'right'],
      colors,
    ),
  ];
}

function formatRepeats(comparison: RepeatsComparison, colors: Screen['colors']): string[] {
  const { seeds, predictions, photos, runs, classes } = comparison;
  const figures = runs.map((run: ComparedRepeats) => [
    printable(run.name),
    formatPercent(run.accuracy.mean),
    run.accuracy.standardDeviation === null ? '–' : formatPercent(run.accuracy.standardDeviation),
    formatInterval(run.accuracy.interval95),
    run.logLoss.mean.toFixed(3),
    run.pooledEce.toFixed(3),
  ]);
  const facts = runs.map((run) => [
    printable(run.name),
    printable(run.heads.join(', ')),
    printable(run.backbone),
    formatDuration(run.headMs.mean),
  ]);
  return [
    colors.bold(
      `${countOf(seeds.length, 'seed')}: ${predictions.toLocaleString('en')} test predictions of ${countOf(photos, 'photo')} in ${classes.length} classes.`,
    ),
    '',
    ...table(
      ['repeats', 'accuracy', 'spread', '95 % interval', 'log loss', 'pooled ECE'],
      figures,
      ['left', 'right', 'right', 'right', 'right', 'right'],
      colors,
    ),
    '',
    ...table(['repeats', 'head', 'network', 'head time'], facts, ['left', 'left', 'left', 'right'], colors),
  ];
}

/** Photos that a run gained over the first or lost to it are those that only one of the two has right. */
function formatDifferences(
  first: string,
  others: readonly (ComparedRun | ComparedRepeats)[],
  colors: Screen['colors'],
): string[] {
  const rows = others.map(({ name, difference }) => [printable(name), ...differenceCells(difference)]);
  const p = others.length > 1 ? 'p (Holm)' : 'p';
  const isByPhoto = rows.some(({ length }) => length > 6);
  const header = [`against ${printable(first)}`, 'difference', '95 % interval', 'gained', 'lost', p];
  return table(
    isByPhoto ? [...header, 'McNemar p'] : header,
    rows,
    ['left', 'right', 'right', 'right', 'right', 'right', 'right'],
    colors,
  );
}

function differenceCells(difference: ComparedRun['difference'] | ComparedRepeats['difference']): string[] {
  if (difference === null) return [];
  const { accuracy, interval95, onlyThis, onlyFirst, adjustedPValue } = difference;
  return [
    `${formatPoints(accuracy)} points`,
    interval95 === null ? '–' : `${formatPoints(interval95[0])} to ${formatPoints(interval95[1])}`,
    String(onlyThis),
    String(onlyFirst),
    formatP(adjustedPValue),
    ...('photoPValue' in difference ? [formatP(difference.photoPValue)] : []),
  ];
}

function formatVerdict({ verdict, sentence }: Difference, colors: Screen['colors']): string {
  const text = printable(sentence);
  if (verdict === 'undecided') return text;
  return verdict === 'better' ? colors.green(text) : colors.red(text);
}

function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  align: readonly Align[],
  colors: Screen['colors'],
): string[] {
  const [first = '', ...body] = formatTable([header, ...rows], align);
  return [`  ${colors.dim(first)}`, ...body.map((line) => `  ${line}`)];
}

function formatInterval(interval: readonly [number, number] | null): string {
  return interval === null ? '–' : `${(interval[0] * 100).toFixed(1)} to ${formatPercent(interval[1])}`;
}

/** A difference of fractions in percentage points, with its sign. */
function formatPoints(fraction: number): string {
  const points = (Math.abs(fraction) * 100).toFixed(1);
  return points === '0.0' ? points : `${fraction < 0 ? '−' : '+'}${points}`;
}

function formatP(pValue: number | null): string {
  if (pValue === null) return '–';
  if (pValue < 0.0001) return '< 0.0001';
  return pValue < 0.1 ? pValue.toPrecision(2) : pValue.toFixed(2);
}
