import { createHash } from 'node:crypto';
import { loadBackbone } from '../backbone/load.ts';
import { hashFile } from '../backbone/source/hash-file.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { labelsOf } from '../dataset/labels-of.ts';
import { scanBottlenecks } from '../dataset/scan-bottlenecks.ts';
import { scanDataset } from '../dataset/scan.ts';
import { RegraftError } from '../errors.ts';
import { readRetrainText } from '../features/retrain-text.ts';
import { formatPhotoFit } from '../shared/format-photo-fit.ts';
import { makeBottleneckDataset } from './bottleneck-dataset.ts';
import type { ResolvedTrainOptions, TrainOptions } from './options.ts';
import type { Stages } from './stages.ts';
import { currentVersions } from './versions.ts';

/** What trainings share that differ in their seed alone. */
export interface RepeatsBasis {
  readonly dataset: Dataset;
  /** SHA-256 of all that shapes the models: options, photos, network, versions. Trainings of one fingerprint and seed are the same. */
  readonly fingerprint: string;
}

/**
 * Looks at the photos and the network that repeated trainings are about to use.
 *
 * @param given The options as the caller gave them: an option of tomorrow is in them, whatever it is called.
 * @throws RegraftError `INVALID_OPTION` for a dataset with several labels a photo, and what reading photos and network throws.
 */
export async function findBasis(
  given: TrainOptions,
  settings: ResolvedTrainOptions,
  stages: Stages,
): Promise<RepeatsBasis> {
  const dataset = await readDataset(settings, stages);
  refuseSeveralLabels(dataset);
  const document = {
    source: settings.source,
    options: shapingOptions(given),
    split: settings.split === undefined ? null : (await hashFile(settings.split)).sha256,
    classes: dataset.classes,
    photos: dataset.photos.map((photo) => [photo.path, labelsOf(photo), photo.sha256, photo.part ?? null]),
    skipped: dataset.skipped.map(({ path, code }) => [path, code]),
    network: settings.bottlenecks ? null : await describeNetwork(settings, stages),
    versions: currentVersions(),
  };
  return { dataset, fingerprint: createHash('sha256').update(canonicalJson(document)).digest('hex') };
}

/** Their figures are others, of which no spread is taken yet. */
function refuseSeveralLabels({ task, name }: Dataset): void {
  if (task === 'single-label') return;
  throw new RegraftError(
    'INVALID_OPTION',
    `Expected one class a photo for repeats but found several labels a photo in ${name}.`,
    { hint: 'Train it without repeats, with one seed after the other.' },
  );
}

async function readDataset(settings: ResolvedTrainOptions, stages: Stages): Promise<Dataset> {
  const { source, bottlenecks, signal } = settings;
  if (!bottlenecks) return stages.time('scan', () => scanDataset(source, settings));
  return stages.run(
    'scan',
    'Reading bottleneck files',
    async () => {
      const found = await scanBottlenecks(source);
      return makeBottleneckDataset(source, found, await readRetrainText(found.files, signal)).dataset;
    },
    ({ photos, classes }) =>
      `${photos.length.toLocaleString('en')} bottleneck files in ${classes.length} classes`,
  );
}

function describeNetwork(settings: ResolvedTrainOptions, stages: Stages): Promise<object> {
  return stages.run(
    'backbone',
    'Loading the network',
    async () => {
      const { id, sha256, form, preprocess, scaling, variant, taps } = await loadBackbone(
        settings.backbone,
        settings,
      );
      return { id, sha256, form, preprocess, scaling, variant, taps };
    },
    ({ id, form, preprocess }) => `${id}, ${form}; photos ${formatPhotoFit(preprocess)}`,
  );
}

/** Without what changes no model, and without what the fingerprint holds in another way. */
function shapingOptions(given: TrainOptions): object {
  const others = [
    'seed',
    'split',
    'out',
    'home',
    'workers',
    'resume',
    'diskLimit',
    'timeLimit',
    'onProgress',
    'signal',
  ];
  return Object.fromEntries(Object.entries(given).filter(([name]) => !others.includes(name)));
}

/** JSON with the keys of every object in one order. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
