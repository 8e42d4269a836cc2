import { join } from 'node:path';
import { loadBackbone } from '../backbone/load.ts';
import type { Dataset, Part, SkippedPhoto } from '../dataset/dataset.ts';
import { scanBottlenecks } from '../dataset/scan-bottlenecks.ts';
import { labelsOf } from '../dataset/labels-of.ts';
import { scanDataset } from '../dataset/scan.ts';
import { type Split, splitDataset } from '../dataset/split.ts';
import { RegraftError } from '../errors.ts';
import { extractFeatures } from '../features/extract.ts';
import { readRetrainText } from '../features/retrain-text.ts';
import { openFeatureStore } from '../features/store.ts';
import { buildClassifier, buildHeadOnly, type CalibratedHead } from '../model/build-classifier.ts';
import type { RunRecord } from '../model/run-record.ts';
import type { Model } from '../onnx/graph.ts';
import { formatPhotoFit } from '../shared/format-photo-fit.ts';
import { makeBottleneckDataset } from './bottleneck-dataset.ts';
import { checkHead } from './check-head.ts';
import { chooseTaps, type FeaturesOfParts, gatherParts, pickParts } from './features-of-parts.ts';
import { withTargets } from './label-targets.ts';
import type { ResolvedTrainOptions } from './options.ts';
import type { Stages } from './stages.ts';

/** All that the training of a head needs, and what becomes of the head. */
export interface Prepared {
  /** The photos whose features were read. */
  readonly dataset: Dataset;
  readonly split: Split;
  readonly parts: FeaturesOfParts;
  readonly backbone: RunRecord['backbone'];
  readonly features: RunRecord['features'];
  /** Makes the model file's graph of a trained head. */
  readonly build: (head: CalibratedHead) => Model;
}

/** From photos: scan, split, run the network where the store lacks features. */
export async function preparePhotos(options: ResolvedTrainOptions, stages: Stages): Promise<Prepared> {
  const scanned = await stages.time('scan', () => scanDataset(options.source, options));
  checkHead(options.head.type, scanned);
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
  const taps = chooseTaps(backbone, options.taps);
  const store = await openFeatureStore(options.home, backbone);
  const extraction = await stages.run(
    'features',
    'Computing features',
    () => extractFeatures(scanned.photos, backbone, store, options),
    ({ computed, cached }) =>
      `${countPhotos(computed)} computed, ${cached.toLocaleString('en')} from the store`,
  );
  refuseSkipped(extraction.failed, options);
  const dataset = withoutPhotos(scanned, extraction.failed);
  refuseLostClasses(scanned, dataset);
  const split =
    extraction.failed.length === 0 ? firstSplit : await splitDataset(dataset, splitOptions(options));
  return {
    dataset,
    split,
    parts: withTargets(await gatherParts(dataset, split, store, taps, join(options.home, 'tmp')), dataset),
    backbone: {
      id: backbone.id,
      sha256: backbone.sha256,
      form: backbone.form,
      preprocess: { ...backbone.preprocess, scaling: backbone.scaling ?? null },
      taps: taps.map(({ name }) => name),
      featureSize: taps.reduce((sum, { size }) => sum + size, 0),
    },
    features: { computed: extraction.computed, cached: extraction.cached },
    build: (head) =>
      buildClassifier(
        backbone,
        taps.map(({ name }) => name),
        head,
      ),
  };
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
    backbone: {
      id: 'bottlenecks',
      sha256: null,
      form: null,
      preprocess: null,
      taps: ['bottleneck'],
      featureSize: rows.columns,
    },
    features: { computed: 0, cached: rows.files.length },
    build: (head) => buildHeadOnly(rows.columns, head),
  };
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
