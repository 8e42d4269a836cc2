import { adjustHolm } from '../evaluate/adjust-holm.ts';
import { comparePaired } from '../evaluate/compare-paired.ts';
import { alignRuns, type NamedRun } from './align-runs.ts';
import type { ComparedRun, RunComparison } from './comparison.ts';
import type { FinishedRun, TestedPhoto } from './finished-run.ts';
import { judge } from './judge.ts';
import { measureTested } from './measure-tested.ts';

/**
 * Compares several trainings with the first one, photo by photo.
 *
 * @param common Whether to compare on the photos that all runs tested, where their test parts differ.
 * @throws RegraftError `RUNS_DIFFER`
 */
export function compareSingleRuns(runs: readonly NamedRun[], common: boolean): RunComparison {
  const rows = alignRuns(runs, common);
  const right = rows.map((photos) => photos.map((photo) => photo.right));
  const [firstRight = [], ...othersRight] = right;
  const paired = othersRight.map((other) => comparePaired(firstRight, other));
  const adjusted = adjustHolm(paired.map(({ pValue }) => pValue));
  const first = runs[0]?.name ?? '';
  const basis = firstRight.length === 1 ? '1 photo' : `${firstRight.length.toLocaleString('en')} photos`;
  return {
    kind: 'runs',
    classes: runs[0]?.run.record.dataset.classes ?? [],
    photos: firstRight.length,
    runs: runs.map(({ name, run }, index) => {
      const test = paired[index - 1];
      if (test === undefined) return describeRun(name, run, rows[index] ?? [], null);
      const { difference: accuracy, interval95, onlyA: onlyFirst, onlyB: onlyThis, pValue } = test;
      const adjustedPValue = adjusted[index - 1] ?? null;
      const figures = { accuracy, onlyFirst, onlyThis, adjustedPValue };
      const verdict = judge({ ...figures, first, name, basis });
      return describeRun(name, run, rows[index] ?? [], { ...figures, interval95, pValue, ...verdict });
    }),
    notices: describeBasis(runs, firstRight.length),
  };
}

function describeRun(
  name: string,
  run: FinishedRun,
  photos: readonly TestedPhoto[],
  difference: ComparedRun['difference'],
): ComparedRun {
  const { split, backbone, head, timings, model } = run.record;
  return {
    name,
    folder: run.folder,
    seed: split.seed,
    backbone: backbone.id,
    taps: backbone.taps,
    head: head.type,
    training: split.training,
    headMs: timings.headMs,
    modelBytes: model.bytes,
    ...measureTested(run, photos),
    difference,
  };
}

function describeBasis(runs: readonly NamedRun[], photos: number): string[] {
  const notices: string[] = [];
  if (runs.some(({ run }) => run.tested.length !== photos)) {
    notices.push(
      `Compared on the ${photos === 1 ? 'one photo' : `${photos} photos`} that all runs tested; none of the runs learned from ${photos === 1 ? 'it' : 'them'}. ${runs.map(({ name, run }) => `${name} tested ${run.tested.length}`).join(', ')}.`,
    );
  }
  const learned = new Set(runs.map(({ run }) => run.learnedFrom));
  if (learned.size > 1) {
    notices.push('The runs did not learn from the same photos: a part of the difference may come from that.');
  }
  return notices;
}
