import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { formulaHead } from '../test/fixtures/tiny-backbone.ts';
import { loadClassifier, type Classifier } from './classify.ts';
import { temporaryFolder } from './features/testing/temporary-folder.ts';
import { floatBackbone } from './finetune/testing/float-backbone.ts';
import { buildClassifier } from './model/build-classifier.ts';
import { sealModel } from './model/seal.ts';
import { encodeModel } from './onnx/write.ts';

const labels = ['boat', 'house', 'sea'];

async function load(): Promise<Classifier> {
  const path = join(await temporaryFolder(), 'model.onnx');
  const model = buildClassifier(floatBackbone(), ['8x8', '4x4'], formulaHead(11, labels));
  await writeFile(path, sealModel(encodeModel(model)));
  return loadClassifier(path, { workers: 1 });
}

/** Upright 60 × 120 pixels, stored lying. */
async function drawn(): Promise<Buffer> {
  const stripes = Array.from({ length: 120 * 60 * 3 }, (_, index) => (index * 31 + (index >> 6) * 7) % 256);
  return sharp(Buffer.from(stripes), { raw: { width: 120, height: 60, channels: 3 } })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();
}

describe('explain', () => {
  it('gives the prediction that classifyOne gives, the most probable class and a picture of the photo', async () => {
    await using classifier = await load();
    const photo = await drawn();
    const { prediction, label, png, heat } = await classifier.explain(photo);
    expect(prediction).toEqual(await classifier.classifyOne(photo));
    expect(label).toBe(prediction.label);
    expect(await sharp(png).metadata()).toMatchObject({ format: 'png', width: 60, height: 120 });
    expect([heat.width, heat.height, heat.values.length]).toEqual([4, 4, 16]);
  });

  it('explains each class that it is asked for, several at a time', async () => {
    await using classifier = await load();
    const photo = await drawn();
    const all = await Promise.all(labels.map((label) => classifier.explain(photo, { label, top: 1 })));
    expect(all.map(({ label }) => label)).toEqual(labels);
    expect(all.map(({ prediction }) => prediction.top.length)).toEqual([1, 1, 1]);
    expect(new Set(all.map(({ heat }) => heat.values.join())).size).toBe(labels.length);
    expect(new Set(all.map(({ prediction }) => JSON.stringify(prediction))).size).toBe(1);
  });

  it('refuses a class that the model does not have, and names those that it has', async () => {
    await using classifier = await load();
    await expect(classifier.explain(await drawn(), { label: 'bote' })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: 'Expected a class of the model for label but received "bote".',
      hint: 'Its classes are boat, house, sea.',
    });
  });

  it.each([
    ['nothing', Buffer.alloc(0), {}, 'PHOTO_EMPTY'],
    ['text', Buffer.from('hello'), {}, 'NOT_AN_IMAGE'],
    ['too many pixels', undefined, { maxPixels: 100 }, 'PHOTO_TOO_LARGE'],
  ])('throws the reason why a photo cannot be read: %s', async (_, bytes, options, code) => {
    await using classifier = await load();
    await expect(classifier.explain(bytes ?? (await drawn()), options)).rejects.toMatchObject({ code });
  });

  it('works no more once the classifier was disposed of, also while its graphs are being opened', async () => {
    const classifier = await load();
    const photo = await drawn();
    const first = classifier.explain(photo).catch((error: unknown) => error);
    await classifier[Symbol.asyncDispose]();
    await first;
    await expect(classifier.explain(photo)).rejects.toMatchObject({ code: 'CLASSIFIER_CLOSED' });
  });

  it('is cancelled by its signal', async () => {
    await using classifier = await load();
    const cancelled = classifier.explain(await drawn(), { signal: AbortSignal.abort() });
    await expect(cancelled).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
