import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { formulaHead, tinyBackbone } from '../../test/fixtures/tiny-backbone.ts';
import { attachViews } from '../onnx/attach-views.ts';
import { encodeModel } from '../onnx/write.ts';
import { openSessions } from '../runtime/session-pool.ts';
import { viewsOf } from '../shared/photo-view.ts';
import { buildClassifier } from './build-classifier.ts';
import { loadModel } from './load.ts';
import { parseMetadata } from './metadata.ts';
import { sealModel } from './seal.ts';

const backbone = tinyBackbone();
const labels = ['one', 'two', 'three'];
const taps = ['early', 'bottleneck'];
const head = formulaHead(32, labels);
const views = viewsOf(4);
const build = (names = views): ReturnType<typeof buildClassifier> =>
  buildClassifier(backbone, taps, head, names);

/** The calibrated softmax of the head, in double precision. */
function classify(features: readonly number[]): number[] {
  const logits = labels.map((_, label) =>
    features.reduce(
      (sum, value, column) => sum + value * (head.weights[label * features.length + column] ?? NaN),
      head.bias[label] ?? NaN,
    ),
  );
  const shares = logits.map((logit) => Math.exp((logit - Math.max(...logits)) / head.temperature));
  const total = shares.reduce((sum, share) => sum + share, 0);
  return shares.map((share) => share / total);
}

it('a model of several views gives the softmax of its head on their mean, photo by photo', async () => {
  const count = 3;
  const data = Uint8Array.from(
    { length: count * 32 * 32 * 3 },
    (_, index) => (index * 37 + (index >> 5) * 11) % 256,
  );
  const image = { type: 'uint8', dims: [count, 32, 32, 3], data } as const;
  await using whole = await openSessions(build(), { workers: 1 });
  const { probabilities } = await whole.run({ image });
  expect(probabilities?.dims).toEqual([count, 3]);

  const sums = Array.from({ length: count }, () => new Array<number>(32).fill(0));
  for (const view of views) {
    await using network = await openSessions(attachViews(backbone.model, [view]), { workers: 1 });
    const features = await network.run({ image });
    for (const [photo, sum] of sums.entries()) {
      const row = taps.flatMap((tap) => [...(features[tap]?.data.slice(photo * 16, photo * 16 + 16) ?? [])]);
      row.forEach((value, column) => (sum[column]! += Number(value)));
    }
  }
  const rows = sums.map((sum) => classify(sum.map((value) => value / views.length)));
  rows.flat().forEach((value, index) => expect(probabilities?.data[index]).toBeCloseTo(value, 5));
  // Photos whose rows were mixed up would compare nothing if they were alike.
  expect(new Set(rows.map((row) => row.map((value) => value.toFixed(4)).join())).size).toBe(count);
});

it('a model names its views; the whole photo alone is not named, as in older files', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'regraft-views-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'model.onnx');
  await writeFile(path, sealModel(encodeModel(build())));
  expect((await loadModel(path)).metadata.views).toEqual([
    'whole',
    'whole-mirrored',
    'centre-80',
    'centre-80-mirrored',
  ]);
  expect(build(['whole-mirrored']).metadata['regraft.views']).toBe('["whole-mirrored"]');
  const whole = buildClassifier(backbone, taps, head).metadata;
  expect(build(['whole']).metadata).toEqual(whole);
  expect(whole).not.toHaveProperty('regraft.views');
  expect(parseMetadata(whole, path)).not.toHaveProperty('views');
});

it.each(['["whole","upside-down"]', '[]', 'whole', '2'])(
  'views of %s make the metadata damaged',
  (damaged) => {
    const { metadata } = buildClassifier(backbone, taps, head);
    expect(() => parseMetadata({ ...metadata, 'regraft.views': damaged }, 'model.onnx')).toThrow(
      expect.objectContaining({
        code: 'MODEL_INVALID',
        message: expect.stringContaining('regraft.views') as string,
      }),
    );
  },
);
