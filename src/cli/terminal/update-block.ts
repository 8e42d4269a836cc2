import { join } from 'node:path';
import type { UpdateComparison, UpdateTests } from '../../update/compare-models.ts';
import type { ModelUpdate } from '../../update/model-update.ts';
import { printable } from './printable.ts';
import type { Screen } from './screen.ts';
import { formatShellPath } from './shell-path.ts';
import { formatSkipped } from './skipped-block.ts';
import { formatTable } from './table.ts';
import { countOf, formatBytes, formatDuration, formatPercent } from './units.ts';

const mostClassesInTable = 12;

/** What `regraft update` prints: what changed, how the model does against the one before on the same test photos, where it is. */
export function formatUpdate(update: ModelUpdate, screen: Screen): string[] {
  const { colors } = screen;
  const { folder, kind, written, run, tests } = update;
  const lines = ['', ...describeChanges(update), '', ...formatClasses(update, colors)];
  if (kind === 'unchanged') return [...lines, '', 'Nothing changes: nothing was written.'];
  if (run === null || !written) return [...lines, '', 'Nothing was written (--dry-run).'];
  const skipped = formatSkipped(run.skipped, screen, 'see the report');
  return [
    ...lines,
    ...(tests === null ? [] : ['', ...formatTests(tests, colors)]),
    ...(skipped.length > 0 ? ['', ...skipped] : []),
    '',
    `Model   ${formatShellPath(join(folder, 'model.onnx'))}  ${colors.dim(formatBytes(run.model.bytes))}`,
    `Report  ${formatShellPath(join(folder, 'report.html'))}`,
    ...(kind === 'trained' ? [colors.dim(`Trained in ${formatDuration(run.timings.totalMs)}.`)] : []),
  ];
}

function describeChanges({ photos, renamed, kind }: ModelUpdate): string[] {
  const { training, validation, test } = photos.parts;
  const sentences = [
    ...(photos.added > 0
      ? [
          `Added ${countOf(photos.added, 'photo')}: ${training} to train on, ${validation} to validate, ${test} to test.`,
        ]
      : []),
    ...(photos.relabelled > 0 ? [`Gave ${countOf(photos.relabelled, 'photo')} another class.`] : []),
    ...(photos.removed > 0 ? [`Left ${countOf(photos.removed, 'photo')} out.`] : []),
    ...(photos.missing > 0 ? [`${countOf(photos.missing, 'photo')} gone.`] : []),
    ...renamed.map(({ from, to }) =>
      to === null ? `Removed ${printable(from)}.` : `${printable(from)} is ${printable(to)} now.`,
    ),
    ...(kind === 'renamed' ? ['Nothing is learned again: the answers are the same under other names.'] : []),
  ];
  return sentences.length === 0 ? ['The same photos and classes as before.'] : sentences;
}

function formatClasses({ classes, photos, tests }: ModelUpdate, colors: Screen['colors']): string[] {
  const total = `${countOf(photos.before, 'photo')} before, ${photos.after} after.`;
  if (classes.length > mostClassesInTable) return [total];
  const found = new Map((tests?.same?.perClass ?? []).map((row) => [row.label, row]));
  const rows = classes.map(({ label, before, after }) => {
    const row = found.get(label);
    return [
      printable(label),
      String(before),
      String(after),
      ...(found.size === 0
        ? []
        : row === undefined
          ? ['–', '–', '–']
          : [String(row.photos), share(row.before, row.photos), share(row.after, row.photos)]),
    ];
  });
  const header = ['class', 'photos before', 'after'];
  const [first = '', ...body] = formatTable(
    [found.size === 0 ? header : [...header, 'same test photos', 'found before', 'now'], ...rows],
    ['left', 'right', 'right', 'right', 'right', 'right'],
  );
  return [`  ${colors.dim(first)}`, ...body.map((line) => `  ${line}`)];
}

function formatTests({ same, others, newClasses }: UpdateTests, colors: Screen['colors']): string[] {
  return [
    ...(same === null ? ['No photo was tested both before and now.'] : formatSame(same, colors)),
    ...(others.photos > 0
      ? [
          `Of ${countOf(others.photos, 'test photo')} that the model before was not tested on: ${others.right} right.`,
        ]
      : []),
    ...newClasses.map(
      ({ label, photos, right }) =>
        `New class ${printable(label)}: ${photos === 0 ? 'it has no test photo' : `${right} of ${countOf(photos, 'test photo')} found`}.`,
    ),
  ];
}

function formatSame(same: UpdateComparison, colors: Screen['colors']): string[] {
  const { photos, before, after, onlyBefore, onlyAfter, verdict } = same;
  const title = `On the same ${countOf(photos, 'test photo')}: ${formatPercent(after.accuracy)} right, before ${formatPercent(before.accuracy)}`;
  const sentence = printable(same.sentence);
  return [
    `${colors.bold(title)} (right only now ${onlyAfter}, only before ${onlyBefore}).`,
    verdict === 'undecided' ? sentence : verdict === 'better' ? colors.green(sentence) : colors.red(sentence),
  ];
}

function share(right: number, photos: number): string {
  return formatPercent(right / photos);
}
