import type { RunRecord } from '../model/run-record.ts';
import type { ClassRename } from './options.ts';

/** Gives a run's record in which classes have other names, and which says so. */
export function renameRun(
  run: RunRecord,
  renames: readonly ClassRename[],
  model: RunRecord['model'],
): RunRecord {
  const names = new Map(renames.map(({ from, to }) => [from, to]));
  const named = (name: string): string => names.get(name) ?? name;
  const labelled = <T extends { label: string }>(item: T): T => ({ ...item, label: named(item.label) });
  const { dataset, metrics, unknown } = run;
  const { multiLabel } = metrics;
  return {
    ...run,
    options: { ...run.options, renamed: joinRenames(run.options.renamed, renames) },
    dataset: {
      ...dataset,
      classes: dataset.classes.map(named),
      counts: Object.fromEntries(Object.entries(dataset.counts).map(([name, count]) => [named(name), count])),
    },
    metrics: {
      ...metrics,
      test: { ...metrics.test, perClass: metrics.test.perClass.map(labelled) },
      ...(multiLabel !== undefined && {
        multiLabel: {
          ...multiLabel,
          perClass: multiLabel.perClass.map(labelled),
          mistakes: multiLabel.mistakes.map((mistake) => ({
            ...labelled(mistake),
            shows: mistake.shows.map(named),
          })),
        },
      }),
    },
    unknown:
      unknown === null || unknown.leftOut === null
        ? unknown
        : { ...unknown, leftOut: { ...unknown.leftOut, classes: unknown.leftOut.classes.map(labelled) } },
    mistakes: run.mistakes.map((mistake) => ({ ...labelled(mistake), predicted: named(mistake.predicted) })),
    model,
  };
}

/** Renames since the training: of one class that was renamed twice the first name and the last. */
function joinRenames(earlier: readonly ClassRename[], later: readonly ClassRename[]): ClassRename[] {
  const names = new Map(later.map(({ from, to }) => [from, to]));
  const taken = new Set(earlier.map(({ to }) => to));
  const joined = earlier.map(({ from, to }) => ({ from, to: names.get(to) ?? to }));
  return [...joined, ...later.filter(({ from }) => !taken.has(from))].filter(({ from, to }) => from !== to);
}
