import { createHash } from 'node:crypto';
import { labelsOf } from '../dataset/labels-of.ts';
import type { FineTuneInput, FineTuneOptions } from '../finetune/fine-tune.ts';
import type { ResolvedTrainOptions } from './options.ts';
import type { Prepared } from './prepare.ts';

/** The name of the folder beside the model's that holds the state of a fine-tuning until it is done. */
export function checkpointFolder(out: string): string {
  return `${out}.tuning`;
}

/** Says where a fine-tuning's checkpoints are, and what must not change when one goes on. */
export function checkpointOf(
  { out, resume, seed, tuning, fromScratch }: ResolvedTrainOptions,
  { dataset, split }: Prepared,
  { backbone, cut, views, head, taps }: FineTuneInput,
): FineTuneOptions['checkpoint'] {
  const photos = dataset.photos.map((photo, row) => [photo.sha256, labelsOf(photo), split.parts[row]]);
  const layer = createHash('sha256');
  for (const values of Object.values(head) as Float32Array[]) {
    layer.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  const key = {
    photos: hashOf([dataset.classes, photos]),
    network: [backbone.sha256, backbone.form, backbone.variant].join(' '),
    'fine-tune': cut.name,
    'from scratch': fromScratch,
    taps: taps.map(({ name }) => name),
    views: views.learn,
    'test views': views.judge,
    seed,
    ...tuning,
    'starting head': layer.digest('hex'),
  };
  return { folder: checkpointFolder(out), key: JSON.stringify(key), resume };
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
