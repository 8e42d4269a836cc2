import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { importTflite } from '../../src/import/tflite/import-tflite.ts';
import { openSessions } from '../../src/runtime/session-pool.ts';
import { findRealData } from '../support/real-data.ts';

const data = findRealData();
const size = 224;

if (data === undefined) {
  if (process.env.REGRAFT_TEST_ALL === '1') throw new Error('REGRAFT_TEST_ALL=1 needs REGRAFT_DATA.');
  process.stderr.write('Skipped: set REGRAFT_DATA to the folder with networks/tflite/.\n');
}

describe.skipIf(data === undefined)('a real quantised MobileNet v2 (REGRAFT_DATA)', () => {
  const folder = join(data ?? '', 'networks', 'tflite');

  it.each(['uint8', 'float32'] as const)('tells a macaw and a hot dog in the %s form', async (form) => {
    const labels = (await readFile(join(folder, 'imagenet_labels.txt'), 'utf8')).split('\n');
    const bytes = await readFile(join(folder, 'mobilenet_v2_1.0_224_quant.tflite'));
    const network = importTflite(bytes, 'mobilenet_v2', form);
    expect(network).toMatchObject({ form, layout: 'NHWC', preprocess: { width: size, height: size } });
    const [output] = network.model.graph.outputs;
    expect(output).toEqual({ name: 'MobilenetV2/Predictions/Softmax', type: form, dims: ['N', 1001] });
    await using sessions = await openSessions(network.model, { workers: 1 });
    const pictures = await Promise.all(
      ['parrot.jpg', 'hot_dog.jpg'].map((name) =>
        sharp(join(folder, name)).resize(size, size, { fit: 'fill' }).removeAlpha().raw().toBuffer(),
      ),
    );
    const results = await sessions.run({
      image: { type: 'uint8', dims: [2, size, size, 3], data: Uint8Array.from(Buffer.concat(pictures)) },
    });
    const scores = Array.from(results[output?.name ?? '']?.data ?? [], Number);
    const best = [scores.slice(0, 1001), scores.slice(1001)].map(
      (row) => labels[row.indexOf(Math.max(...row))],
    );
    expect(best).toEqual(['macaw', 'hotdog, hot dog, red hot']);
  });
});
