import { join } from 'node:path';
import type { Backbone, Tap } from '../backbone/backbone.ts';
import { loadBackbone } from '../backbone/load.ts';
import type { Dataset, Part, SkippedPhoto } from '../dataset/dataset.ts';
import { scanBottlenecks } from '../dataset/scan-bottlenecks.ts';
import { labelsOf } from '../dataset/labels-of.ts';
import { scanDataset } from '../dataset/scan.ts';
import { type Split, splitDataset } from '../dataset/split.ts';
import { RegraftError } from '../errors.ts';
import { extractFeatures } from '../features/extract.ts';
import { readRetrainText } from '../features/retrain-text.ts';
import type { FeatureView } from '../features/feature-view.ts';
import { cutNetwork } from '../finetune/cut/cut-network.ts';
import { type FeatureStore, openFeatureStore } from '../features/store.ts';
import type { SearchPlan } from '../head/plan-search.ts';
import { listTapSets } from '../head/tap-sets.ts';
import { multiLabelHeads } from '../head/trainers.ts';
import { buildClassifier, buildHeadOnly, type CalibratedHead } from '../model/build-classifier.ts';
import type { RunRecord } from '../model/run-record.ts';
import type { Model } from '../onnx/graph.ts';
import { formatPhotoFit } from '../shared/format-photo-fit.ts';
import { batchOf } from '../onnx/batch-of.ts';
import { chooseViews, type ViewChoice } from './choose-views.ts';
import { makeBottleneckDataset } from './bottleneck-dataset.ts';
import { checkHead } from './check-head.ts';
import { type FeaturesOfParts, findTaps, gatherParts, pickParts } from './features-of-parts.ts';
import { withTargets } from './label-targets.ts';
import type { ResolvedTrainOptions } from './options.ts';
import type { Stages } from './stages.ts';
import { checkViews, planViews, type ViewPlan } from './views.ts';

/** All that the training of a head needs, and what becomes of the head. */
export interface Prepared {
  /** The photos whose features were read. */
  readonly dataset: Dataset;
  readonly split: Split;
  readonly parts: FeaturesOfParts;
  /** The taps whose values lie side by side in the parts. */
  readonly taps: readonly Tap[];
  /** What is tried: sets of those taps, and heads. */
  readonly search: SearchPlan;
  readonly backbone: Omit<RunRecord['backbone'], 'taps' | 'featureSize'>;
  readonly features: RunRecord['features'];
  readonly views: ViewChoice;
  /** What fine-tuning needs; absent without photos. */
  readonly network?: PreparedNetwork;
  /** Makes the model file's graph of a trained head on the taps that it reads. */
  readonly build: (head: CalibratedHead, taps: readonly Tap[]) => Model;
}

/** A network with the views that it looks at. */
export interface PreparedNetwork {
  readonly backbone: Backbone;
  readonly views: ViewPlan;
}

/** From photos: scan, split, run the network where the store lacks features. */
export async function preparePhotos(options: ResolvedTrainOptions, stages: Stages): Promise<Prepared> {
  const scanned =
    options.update?.dataset ?? (await stages.time('scan', () => scanDataset(options.source, options)));
  checkHead(options.head, scanned);
  refuseSkipped(scanned.skipped, options);
  // Early, so that a class that is too small is told before minutes of work.
  const firstSplit = await stages.run(
    'split',
    'Splitting',
    () => splitDataset(scanned, splitOptions(options)),
    describeSplit,
  );
  const backbone = await stages.run(
    'backbone',
    'Loading the network',
    () => loadBackbone(options.backbone, options),
    ({ id, form, preprocess }) => `${id}, ${form}; photos ${formatPhotoFit(preprocess)}`,
  );
  // Before minutes of work as well.
  if (options.fineTune !== undefined) cutNetwork(backbone, options.fineTune);
  const taps = candidateTaps(backbone, scanned.photos.length, options);
  const viewChoice = chooseViews(options, {
    photos: scanned.photos.length,
    learned: firstSplit.parts.filter((part) => part !== 'test').length,
    classes: scanned.classes.length,
    single: batchOf(backbone.model) === 1,
  });
  const views = planViews({ ...viewChoice, augment: options.augment });
  checkViews(views, backbone);
  if (viewChoice.views > 1 && viewChoice.reason !== null) {
    const text = `${viewChoice.views} views of each photo: ${viewChoice.reason} (--views 1 leaves them out).`;
    options.onProgress?.({ type: 'line', stage: 'features', text });
  }
  const stores = new Map<FeatureView, FeatureStore>();
  for (const view of views.all) stores.set(view, await openFeatureStore(options.home, backbone, view));
  const extraction = await stages.run(
    'features',
    'Computing features',
    () => extractFeatures(scanned.photos, backbone, [...stores.values()], options),
    ({ computed, cached }) =>
      `${countPhotos(computed)} computed, ${cached.toLocaleString('en')} from the store`,
  );
  refuseSkipped(extraction.failed, options);
  const dataset = withoutPhotos(scanned, extraction.failed);
  refuseLostClasses(scanned, dataset);
  const split =
    extraction.failed.length === 0 ? firstSplit : await splitDataset(dataset, splitOptions(options));
  const parts = await gatherParts(
    dataset,
    split,
    { judge: storesOf(views.judge, stores), learn: storesOf(views.learn, stores) },
    taps,
    join(options.home, 'tmp'),
  );
  const isChosen = options.taps !== undefined;
  return {
    dataset,
    split,
    parts: withTargets(parts, dataset),
    taps,
    search: planFor(
      dataset,
      isChosen ? [[...taps.keys()]] : await listTapSets(parts.training, parts.taps),
      options,
    ),
    backbone: {
      id: backbone.id,
      sha256: backbone.sha256,
      form: backbone.form,
      preprocess: { ...backbone.preprocess, scaling: backbone.scaling ?? null },
    },
    features: { computed: extraction.computed, cached: extraction.cached },
    views: viewChoice,
    network: { backbone, views },
    build: (head, chosen) =>
      buildClassifier(
        backbone,
        chosen.map(({ name }) => name),
        head,
        views.judge,
      ),
  };
}

function storesOf(
  views: readonly FeatureView[],
  stores: ReadonlyMap<FeatureView, FeatureStore>,
): FeatureStore[] {
  return views.flatMap((view) => stores.get(view) ?? []);
}

/** From the classic's bottleneck text files: the network has run long ago, only a head is trained. */
export async function prepareBottlenecks(options: ResolvedTrainOptions, stages: Stages): Promise<Prepared> {
  const { found, read } = await stages.run(
    'scan',
    'Reading bottleneck files',
    async () => {
      const found = await scanBottlenecks(options.source);
      return { found, read: await readRetrainText(found.files, options.signal) };
    },
    ({ found, read }) =>
      `${read.files.length.toLocaleString('en')} bottleneck files in ${found.classes.length} classes`,
  );
  const { dataset, rows } = makeBottleneckDataset(options.source, found, read);
  for (const text of dataset.notices) options.onProgress?.({ type: 'notice', stage: 'scan', text });
  refuseSkipped(dataset.skipped, options);
  const split = await stages.run(
    'split',
    'Splitting',
    () => splitDataset(dataset, splitOptions(options)),
    describeSplit,
  );
  return {
    dataset,
    split,
    parts: await pickParts(dataset, split, rows),
    taps: [{ name: 'bottleneck', size: rows.columns }],
    search: planFor(dataset, [[0]], options),
    backbone: { id: 'bottlenecks', sha256: null, form: null, preprocess: null },
    features: { computed: 0, cached: rows.files.length },
    views: { views: 1, testViews: 1, reason: null },
    build: (head) => buildHeadOnly(rows.columns, head),
  };
}

/** Of several labels a photo nothing is compared: one head learns them, and three quarters of the taps did best on single labels. */
function planFor(
  { task }: Dataset,
  sets: readonly (readonly number[])[],
  { scout, heads }: ResolvedTrainOptions,
): SearchPlan {
  if (task === 'single-label') return { sets, scout, heads };
  const most = sets.at(-2) ?? sets.at(-1) ?? [];
  return { sets: [most], scout, heads: heads.filter(({ type }) => multiLabelHeads.includes(type)) };
}

/** Of more photos than this many values, fewer taps are compared: a matrix of all would take gigabytes. */
const mostValues = 2 ** 29;

/** The taps that are named; else the last one for the classic's head, and as many of the last as can be compared for the others. */
function candidateTaps(
  backbone: Backbone,
  photos: number,
  { taps, head }: ResolvedTrainOptions,
): readonly Tap[] {
  if (taps === undefined && head === 'retrain') return backbone.taps.slice(-1);
  const found = findTaps(backbone, taps);
  if (taps !== undefined) return found;
  let values = 0;
  const first = found.findLastIndex(({ size }) => (values += size * photos) > mostValues) + 1;
  return found.slice(Math.min(first, found.length - 1));
}

function splitOptions(options: ResolvedTrainOptions): Parameters<typeof splitDataset>[1] {
  const { validationPercent, testPercent, seed, allowSmall, split } = options;
  return {
    validationPercent,
    testPercent,
    seed,
    allowSmall,
    ...(split === undefined ? {} : { splitFile: split }),
  };
}

function describeSplit({ parts }: Split): string {
  const count = (part: Part): string => parts.filter((other) => other === part).length.toLocaleString('en');
  return `${count('training')} to train on, ${count('validation')} to validate, ${count('test')} to test`;
}

function withoutPhotos(dataset: Dataset, failed: readonly SkippedPhoto[]): Dataset {
  const paths = new Set(failed.map(({ path }) => path));
  return {
    ...dataset,
    photos: dataset.photos.filter(({ path }) => !paths.has(path)),
    skipped: [...dataset.skipped, ...failed],
  };
}

function refuseLostClasses(before: Dataset, after: Dataset): void {
  const left = new Set(after.photos.flatMap(labelsOf));
  const lost = before.classes.findIndex((_, label) => !left.has(label));
  if (lost === -1) return;
  const paths = new Set(
    before.photos.filter((photo) => labelsOf(photo).includes(lost)).map(({ path }) => path),
  );
  const reason = after.skipped.find(({ path }) => paths.has(path));
  throw new RegraftError(
    'CLASS_TOO_SMALL',
    `None of the ${paths.size} photos in "${before.classes[lost] ?? ''}" can be used. The first, ${reason?.path ?? ''}: ${reason?.reason ?? ''}`,
    { hint: 'Repair or replace these photos, or remove the class.' },
  );
}

function refuseSkipped([first, ...rest]: readonly SkippedPhoto[], { strict }: ResolvedTrainOptions): void {
  if (!strict || first === undefined) return;
  const others = rest.length === 0 ? '' : ` ${rest.length} more cannot be used either.`;
  throw new RegraftError(first.code, `${first.path}: ${first.reason}${others}`, {
    hint: 'Repair or remove the photos, or leave out --strict to train without them.',
  });
}

function countPhotos(count: number): string {
  return count === 1 ? '1 photo' : `${count.toLocaleString('en')} photos`;
}
