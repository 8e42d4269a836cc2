import type { Dataset, Part } from '../dataset/dataset.ts';
import { count, listSome } from '../dataset/findings.ts';
import { nearestName } from '../dataset/nearest-name.ts';
import { dealPhotos } from './deal-photos.ts';
import { findPhotos } from './find-photos.ts';
import { joinAdded } from './join-added.ts';
import type { LabelledPhoto } from './labelled-photo.ts';
import { makeDataset } from './make-dataset.ts';
import type { FormerModel } from './open-former.ts';
import type { ResolvedUpdate } from './options.ts';
import { type ClassPlan, planClasses } from './plan-classes.ts';
import { relabelPhotos } from './relabel-photos.ts';
import { scanAdded } from './scan-added.ts';

/** How many photos an update touches; each content counts once, but for `added`. */
export interface PhotoChanges {
  /** New photos, and the parts that they get. */
  readonly added: number;
  readonly parts: Readonly<Record<Part, number>>;
  /** Added photos that the model had already. */
  readonly again: number;
  /** Photos that belong to another class now, by a CSV or by the folder that they were added with. */
  readonly relabelled: number;
  /** Photos of removed classes. */
  readonly removed: number;
  /** Photos that lie elsewhere than in the training. */
  readonly moved: number;
  /** Photos whose content changed since. */
  readonly edited: number;
  /** Photos that are gone. */
  readonly missing: number;
}

/** What a model will be trained on, and how that differs from before. */
export interface PhotoPlan {
  readonly dataset: Dataset;
  /** What becomes of the classes that the model knows. */
  readonly plan: ClassPlan;
  readonly changes: PhotoChanges;
  /** False when the photos, their labels and classes are those of the model. */
  readonly isOther: boolean;
}

/** The model's photos found again → added → relabelled → classes removed, merged, renamed → their parts. */
export async function planPhotos(former: FormerModel, settings: ResolvedUpdate): Promise<PhotoPlan> {
  const { record } = former;
  const { changes, out, photos: searched, allowMissing, home, signal } = settings;
  const scanned = await scanAdded(settings, record);
  const elsewhere = new Map(scanned.photos.map(({ file, sha256 }) => [sha256, file]));
  const found = await findPhotos(former, { elsewhere, photos: searched, allowMissing, home, signal });
  const joined = joinAdded(found.photos, scanned.photos);
  let { photos } = joined;
  let relabelled = joined.moved;
  for (const csv of changes.relabel) {
    const result = await relabelPhotos(csv, photos, record.dataset.task);
    photos = result.photos;
    relabelled += result.changed;
  }
  const classes = [...new Set([...record.dataset.classes, ...photos.flatMap(({ labels }) => labels)])];
  const plan = planClasses(classes, changes);
  const notices = describe(found, joined.again, classes, record.dataset.classes);
  const dataset = makeDataset(photos, plan, out, record, {
    skipped: scanned.skipped,
    notices: [...scanned.notices, ...notices],
  });
  const known = new Set(record.dataset.classes);
  const dealt = await dealPhotos(dataset, isNew(photos), {
    ...record.split,
    allowSmall: settings.allowSmall ?? record.options.allowSmall,
  });
  return {
    dataset: { ...dataset, notices: [...dataset.notices, ...dealt.notices] },
    plan: new Map([...plan].filter(([name]) => known.has(name))),
    changes: {
      added: joined.fresh,
      parts: dealt.parts,
      again: joined.again,
      relabelled,
      removed: photos.length - dataset.photos.length,
      moved: found.moved,
      edited: found.edited.length,
      missing: found.missing.length,
    },
    isOther:
      joined.fresh + relabelled + found.edited.length + found.missing.length > 0 ||
      [...plan].some(([name, now]) => name !== now),
  };
}

function isNew(photos: readonly LabelledPhoto[]): (file: string) => boolean {
  const fresh = new Set(photos.flatMap(({ file, listed }) => (listed === undefined ? [file] : [])));
  return (file) => fresh.has(file);
}

function describe(
  { moved, edited, missing }: Awaited<ReturnType<typeof findPhotos>>,
  again: number,
  classes: readonly string[],
  known: readonly string[],
): string[] {
  const notices: string[] = [];
  if (again > 0) {
    notices.push(
      `${count(again, 'added photo is', 'added photos are')} among the model's already and ${again === 1 ? 'was' : 'were'} not doubled.`,
    );
  }
  if (moved > 0) {
    notices.push(
      `${count(moved, 'photo lies', 'photos lie')} elsewhere than in the training; their content told them.`,
    );
  }
  if (edited.length > 0) {
    notices.push(
      `${count(edited.length, 'photo was', 'photos were')} changed since the training and ${edited.length === 1 ? 'keeps its' : 'keep their'} part: ${listSome(edited)}.`,
    );
  }
  if (missing.length > 0) {
    notices.push(
      `Gone on without ${count(missing.length, 'photo that is', 'photos that are')} gone: ${listSome(missing)}.`,
    );
  }
  for (const name of classes.filter((candidate) => !known.includes(candidate))) {
    const near = nearestName(name, known);
    notices.push(
      `New class ${JSON.stringify(name)}.${near === undefined ? '' : ` If it is ${JSON.stringify(near)}, merge them: --merge ${name},${near}=${near}`}`,
    );
  }
  return notices;
}
