import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Classifier } from '../src/classify.ts';
import { train } from '../src/train.ts';
import { flowerPhotos, withFreshHome } from './photos.ts';

/** What the benches of the server send, and what they compare the answers with. */
export interface ServedPhotos {
  /** The folder of a model of the flower photos. */
  readonly model: string;
  /** Photos in memory. */
  readonly photos: readonly Buffer[];
}

/**
 * Reads some flower photos, of all classes alike, and finds a model: `REGRAFT_BENCH_MODEL`, or one that is trained now; undefined where there
 * are no photos.
 */
export async function servedPhotos(count: number): Promise<ServedPhotos | undefined> {
  const folder = flowerPhotos();
  if (folder === undefined) {
    console.error('Skipped: the benches of the server need REGRAFT_DATA with flower_photos/.');
    return undefined;
  }
  const entries = await readdir(folder, { recursive: true });
  const files = entries.filter((name) => /\.jpe?g$/i.test(name)).sort();
  const step = Math.max(1, Math.floor(files.length / count));
  const chosen = files.filter((_, index) => index % step === 0).slice(0, count);
  const photos = await Promise.all(chosen.map((name) => readFile(join(folder, name))));
  const given = process.env.REGRAFT_BENCH_MODEL;
  if (given !== undefined && existsSync(given)) return { model: given, photos };
  const model = join(process.env.TMPDIR ?? '/tmp', 'regraft-bench-model');
  await withFreshHome((home) => train(folder, { out: model, home }));
  return { model, photos };
}

/** Photos a second of a classifier on all cores, as `regraft predict` runs it. */
export async function photosASecond(
  classifier: Classifier,
  photos: readonly Buffer[],
  ms: number,
): Promise<number> {
  let count = 0;
  const start = performance.now();
  const endless = function* (): Generator<Buffer> {
    for (let index = 0; performance.now() - start < ms; index++) {
      yield photos[index % photos.length] ?? Buffer.of();
    }
  };
  for await (const { error } of classifier.classify(endless())) {
    if (error !== undefined) throw new Error(error.reason);
    count++;
  }
  return (count * 1000) / (performance.now() - start);
}
