import type { Dataset } from '../dataset/dataset.ts';
import { labelsOf } from '../dataset/labels-of.ts';
import { compareNatural } from '../dataset/natural-order.ts';
import type { RunRecord } from '../model/run-record.ts';
import type { UpdateTests } from './compare-models.ts';
import { planLabels } from './make-dataset.ts';
import type { FormerModel } from './open-former.ts';
import type { ClassPlan } from './plan-classes.ts';
import type { PhotoChanges, PhotoPlan } from './plan-photos.ts';

/** What an update did, or with `dryRun` what it would do. */
export interface ModelUpdate {
  /** Absolute path of the updated model's folder. */
  readonly folder: string;
  /**
   * `trained`: the model learned again; `renamed`: only names of classes changed, its answers are the same; `unchanged`: there was
   * nothing to do, and nothing was written.
   */
  readonly kind: 'trained' | 'renamed' | 'unchanged';
  /** False in a dry run, and where nothing changed. */
  readonly written: boolean;
  /** Photos of the data set before and after, and what happened to them. */
  readonly photos: PhotoChanges & { readonly before: number; readonly after: number };
  /** Photos of each class by its name; 0 where there is no such class before or after. */
  readonly classes: readonly { readonly label: string; readonly before: number; readonly after: number }[];
  /** What became of the classes that have another name now; null: removed. */
  readonly renamed: readonly { readonly from: string; readonly to: string | null }[];
  /** How well it does against the model before; null where nothing was trained. */
  readonly tests: UpdateTests | null;
  /** The content of the new `run.json`; null where nothing was written. */
  readonly run: RunRecord | null;
  readonly notices: readonly string[];
}

const untouched: PhotoChanges = {
  added: 0,
  parts: { training: 0, validation: 0, test: 0 },
  again: 0,
  relabelled: 0,
  removed: 0,
  moved: 0,
  edited: 0,
  missing: 0,
};

/** Sums up an update that gave classes other names. */
export function summariseRenaming(
  { photos, record: { dataset } }: FormerModel,
  folder: string,
  plan: ClassPlan,
  run: RunRecord | null,
): ModelUpdate {
  const after = Object.entries(dataset.counts).flatMap(([name, count]) =>
    planLabels([name], plan).map((label) => [label, count] as const),
  );
  return {
    folder,
    kind: 'renamed',
    written: run !== null,
    photos: { ...untouched, before: photos.length, after: photos.length },
    classes: joinCounts(dataset.counts, Object.fromEntries(after)),
    renamed: otherNames(plan),
    tests: null,
    run,
    notices: [],
  };
}

/** Sums up an update of the photos, trained or not. */
export function summariseUpdate(
  { photos, record }: FormerModel,
  folder: string,
  { dataset, plan, changes, isOther }: PhotoPlan,
  trained: { readonly run: RunRecord; readonly tests: UpdateTests } | null,
): ModelUpdate {
  return {
    folder,
    kind: isOther ? 'trained' : 'unchanged',
    written: trained !== null,
    photos: { ...changes, before: photos.length, after: dataset.photos.length },
    classes: joinCounts(record.dataset.counts, countPhotos(dataset)),
    renamed: otherNames(plan),
    tests: trained?.tests ?? null,
    run: trained?.run ?? null,
    notices: dataset.notices,
  };
}

function otherNames(plan: ClassPlan): ModelUpdate['renamed'] {
  return [...plan].flatMap(([from, to]) => (from === to ? [] : [{ from, to }]));
}

function countPhotos({ classes, photos }: Dataset): Record<string, number> {
  const counts = classes.map(() => 0);
  for (const label of photos.flatMap(labelsOf)) counts[label] = (counts[label] ?? 0) + 1;
  return Object.fromEntries(classes.map((name, label) => [name, counts[label] ?? 0]));
}

function joinCounts(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
): ModelUpdate['classes'] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names]
    .sort(compareNatural)
    .map((label) => ({ label, before: before[label] ?? 0, after: after[label] ?? 0 }));
}
