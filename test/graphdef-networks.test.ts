import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '../src/image/decode.ts';
import { importGraphDef } from '../src/import/graphdef/import-graphdef.ts';
import { drawLevels, readGolden, unpackFloats } from '../src/import/graphdef/testing/graphdef-golden.ts';
import { readLabels } from '../src/import/read-labels.ts';
import { expectNear, runPictures } from '../src/import/testing/run-pictures.ts';
import { findRealData } from './support/real-data.ts';

const data = findRealData();
if (data === undefined) {
  if (process.env.REGRAFT_TEST_ALL === '1') throw new Error('Set REGRAFT_DATA to the folder of real data.');
  process.stderr.write('Skipped: set REGRAFT_DATA to the folder with networks/graphdef/ and reference/.\n');
}
const networks = join(data ?? '', 'networks', 'graphdef');
const mobilenet = 'mobilenet_v1_0.25_224/frozen_graph.pb';
const features = 'MobilenetV1/Logits/AvgPool_1a/AvgPool';
const size = 224;
const golden = await readGolden();

describe.skipIf(data === undefined)('real frozen graphs (REGRAFT_DATA)', () => {
  describe.each(golden.networks)('$file', ({ file, sha256, pictures }) => {
    it('is the file of the goldens', async () => {
      expect(
        createHash('sha256')
          .update(await readFile(join(networks, file)))
          .digest('hex'),
      ).toBe(sha256);
    });

    it.each(pictures)(
      'gives the numbers of TensorFlow on the picture drawn from $seed',
      async ({ seed, outputs }) => {
        const picture = { dims: [1, size, size, 3], data: scale(drawBlocks(seed)) };
        for (const [output, { dims, values }] of Object.entries(outputs)) {
          const { model } = importGraphDef(await readFile(join(networks, file)), file, { output });
          expect(model.graph.outputs[0]?.name).toBe(output);
          expectNear(await runPictures(model, picture), { dims, data: unpackFloats(values) });
        }
      },
    );
  });

  it('what retrain.py wrote is a classifier that has a probability for each of its labels', async () => {
    const folder = join(networks, 'retrained_glasses');
    const { model, preprocess } = importGraphDef(
      await readFile(join(folder, 'retrained_graph.pb')),
      'net.pb',
    );
    const labels = readLabels(await readFile(join(folder, 'retrained_labels.txt'), 'utf8'), 'labels.txt');
    expect(labels).toEqual(['with glasses', 'without glasses']);
    expect(model.graph.outputs).toEqual([
      { name: 'final_result', type: 'float32', dims: ['N', labels.length] },
    ]);
    // The graph takes numbers, and does not tell how levels become such.
    expect(preprocess).toEqual({ width: size, height: size });
    const names = model.graph.nodes.flatMap(({ outputs }) => outputs);
    expect(names).toContain('input_1/BottleneckInputPlaceholder');
    expect(names).toContain('final_training_ops/Wx_plus_b/add');
  });

  it('photos that our own decoder reads give nearly the features that TensorFlow gives with its own', async () => {
    const order = await readFile(join(data ?? '', 'reference/mobilenet_v1_0.25_224.order.txt'), 'utf8');
    const bytes = await readFile(join(data ?? '', 'reference/mobilenet_v1_0.25_224.avgpool.256.f32'));
    const reference = new Float32Array(Uint8Array.from(bytes).buffer);
    const photos = order.trim().split('\n');
    expect(reference.length).toBe(photos.length * 256);
    const { model } = importGraphDef(await readFile(join(networks, mobilenet)), mobilenet, {
      output: features,
    });
    const chosen = photos.map((_, index) => index).filter((index) => index % 10 === 0);
    const pixels = await Promise.all(
      chosen.map(async (index) =>
        decodeImage(join(data ?? '', 'flower_photos', photos[index] ?? ''), { width: size, height: size }),
      ),
    );
    const similarities: number[] = [];
    for (const [at, index] of chosen.entries()) {
      const picture = { dims: [1, size, size, 3], data: scale(pixels[at]!) };
      const { data: own } = await runPictures(model, picture);
      similarities.push(cosine(own, reference.subarray(index * 256, (index + 1) * 256)));
    }
    const mean = similarities.reduce((sum, similarity) => sum + similarity, 0) / similarities.length;
    // On given pixels the two are equal (above). The rest: TensorFlow decodes JPEG with the fast integer DCT, sharp with the slow one, and
    // its resize takes single pixels where ours averages (antialias): the same photo, but not the same pixels.
    expect(similarities.length).toBe(100);
    expect(mean).toBeGreaterThanOrEqual(0.99);
  });
});

/** Blocks of 8 × 8 pixels of one colour, as graphdef.py draws them. */
function drawBlocks(seed: number): Uint8Array {
  const [blocks, side] = [drawLevels([28, 28, 3], seed), 28];
  return Uint8Array.from({ length: size * size * 3 }, (_, index) => {
    const [pixel, channel] = [Math.floor(index / 3), index % 3];
    const [row, column] = [Math.floor(pixel / size) >> 3, (pixel % size) >> 3];
    return blocks[(row * side + column) * 3 + channel] ?? 0;
  });
}

/** Levels as the network was trained on: (level − 127.5) / 127.5. */
function scale(levels: Uint8Array): Float32Array {
  return Float32Array.from(levels, (level) => (level - 127.5) / 127.5);
}

function cosine(left: Float32Array, right: Float32Array): number {
  const dot = (a: Float32Array, b: Float32Array): number =>
    a.reduce((sum, value, index) => sum + value * (b[index] ?? NaN), 0);
  return dot(left, right) / Math.sqrt(dot(left, left) * dot(right, right));
}
