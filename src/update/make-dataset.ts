import { relative, sep } from 'node:path';
import { listClasses } from '../dataset/classes.ts';
import { untangleCopies } from '../dataset/copies.ts';
import type { Dataset, SkippedPhoto } from '../dataset/dataset.ts';
import { labelPhotos } from '../dataset/label-photos.ts';
import { RegraftError } from '../errors.ts';
import type { RunRecord } from '../model/run-record.ts';
import type { LabelledPhoto } from './labelled-photo.ts';
import type { ClassPlan } from './plan-classes.ts';

/** The classes that a plan leaves of a photo's; a class that the plan does not know stays. */
export function planLabels(labels: readonly string[], plan: ClassPlan): string[] {
  const left = labels.flatMap((name) => (plan.has(name) ? (plan.get(name) ?? []) : name));
  return [...new Set(left)];
}

/**
 * Makes the data set that an updated model is trained on. Its paths are relative to the model's folder, so that the folder's `split.csv`
 * lists the photos wherever they lie. Photos whose only class is removed are left out.
 *
 * @throws RegraftError `ONE_CLASS` when fewer than two classes are left
 */
export function makeDataset(
  photos: readonly LabelledPhoto[],
  plan: ClassPlan,
  out: string,
  { dataset: { name, task } }: RunRecord,
  { skipped, notices }: { readonly skipped: readonly SkippedPhoto[]; readonly notices: readonly string[] },
): Dataset {
  const candidates = photos.flatMap(({ file, sha256, labels: before, part }) => {
    const labels = planLabels(before, plan);
    const [label] = labels;
    if (label === undefined && task === 'single-label') return [];
    const path = relative(out, file).split(sep).join('/');
    const place = { path, file, sha256, ...(part !== undefined && { part }) };
    return [task === 'single-label' ? { ...place, label: label ?? '' } : { ...place, label: '', labels }];
  });
  // Copies of one photo share a part and, where they may have several, their labels.
  const untangled = untangleCopies(candidates);
  const classes = listClasses(untangled.photos);
  if (classes.length < 2) {
    throw new RegraftError(
      'ONE_CLASS',
      `Expected two classes or more after the update but ${classes.length === 0 ? 'none is' : `only ${JSON.stringify(classes[0])} is`} left.`,
      { hint: 'Remove or merge fewer classes, or add photos of another.' },
    );
  }
  return {
    root: out,
    name,
    task,
    classes,
    photos: labelPhotos(untangled.photos, classes),
    skipped: [...skipped, ...untangled.skipped],
    notices: [...notices, ...untangled.notices],
  };
}
