import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { formulaHead } from '../../test/fixtures/tiny-backbone.ts';
import { drawPhoto } from '../../test/support/photos.ts';
import { temporaryFolder } from '../features/testing/temporary-folder.ts';
import { floatBackbone } from '../finetune/testing/float-backbone.ts';
import { buildClassifier, buildHeadOnly } from '../model/build-classifier.ts';
import { tracePhotos, type TracedPhoto } from './trace-photos.ts';

const labels = ['boat', 'house', 'sea'];
const graph = buildClassifier(floatBackbone(), ['4x4'], formulaHead(5, labels));

async function photos(): Promise<TracedPhoto[]> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'a.jpg'), await drawPhoto('lines', 1));
  await writeFile(join(folder, 'b.jpg'), await drawPhoto('lines', 2));
  return ['a.jpg', 'b.jpg', 'gone.jpg'].map((path, index) => ({
    path,
    file: join(folder, path),
    label: labels[index] ?? '',
  }));
}

it('draws a small picture of each photo that is still there', async () => {
  const pictures = await tracePhotos(graph, await photos(), { sizePx: 100, workers: 2 });
  expect([...pictures.keys()].sort()).toEqual(['a.jpg', 'b.jpg']);
  for (const jpeg of pictures.values()) {
    expect(await sharp(jpeg).metadata()).toMatchObject({ format: 'jpeg', width: 100, height: 80 });
  }
});

it('draws none of a model that cannot be explained or takes no photos', async () => {
  const backbone = JSON.stringify({ id: 'x', sha256: null, form: null, taps: ['none'] });
  const hidden = { ...graph, metadata: { ...graph.metadata, 'regraft.backbone': backbone } };
  expect((await tracePhotos(hidden, await photos(), { sizePx: 100, workers: 1 })).size).toBe(0);
  const head = buildHeadOnly(5, formulaHead(5, labels));
  expect((await tracePhotos(head, await photos(), { sizePx: 100, workers: 1 })).size).toBe(0);
});

it('ends when it is cancelled', async () => {
  const options = { sizePx: 100, workers: 1, signal: AbortSignal.abort() };
  await expect(tracePhotos(graph, await photos(), options)).rejects.toMatchObject({ code: 'CANCELLED' });
});
