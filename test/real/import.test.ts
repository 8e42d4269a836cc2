import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluateModel, importClassifier, loadClassifier } from '../../src/index.ts';
import { removeFolder, temporaryFolder } from '../support/home.ts';
import { findRealData } from '../support/real-data.ts';

const data = findRealData();
if (data === undefined && process.env.REGRAFT_TEST_ALL !== '1') {
  process.stderr.write('Skipped, as the real networks are not there: set REGRAFT_DATA to try them.\n');
}

describe.skipIf(data === undefined && process.env.REGRAFT_TEST_ALL !== '1')(
  'real networks with their own classes',
  () => {
    let root: string;
    let home: string;
    const real = (...path: string[]): string => join(data ?? 'missing', 'networks', ...path);

    beforeAll(async () => {
      root = await temporaryFolder();
      home = join(root, 'home');
    });

    afterAll(() => removeFolder(root));

    it('a graph that retrain.py made becomes a model with its labels', async () => {
      const folder = real('graphdef', 'retrained_glasses');
      const out = join(root, 'glasses');
      const { labels } = await importClassifier(join(folder, 'retrained_graph.pb'), {
        home,
        out,
        labels: join(folder, 'retrained_labels.txt'),
        scaling: 'inception',
      });
      expect(labels).toEqual(['with glasses', 'without glasses']);
      await using classifier = await loadClassifier(out);
      const { top, error } = await classifier.classifyOne(real('tflite', 'parrot.jpg'));
      expect(error).toBeUndefined();
      expect(top.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 5);
    });

    it.each([
      [
        'graphdef/mobilenet_v1_0.25_224/frozen_graph.pb',
        'graphdef/mobilenet_v1_0.25_224/labels.txt',
        'inception',
      ],
      ['tflite/mobilenet_v2_1.0_224_quant.tflite', 'tflite/imagenet_labels.txt', undefined],
    ])('%s knows a macaw and a hot dog', async (network, names, scaling) => {
      const out = join(root, 'imagenet');
      const { labels } = await importClassifier(real(network), { home, out, labels: real(names), scaling });
      const photos = join(root, `photos-${network.replaceAll('/', '-')}`);
      for (const [photo, name] of [
        ['parrot.jpg', 'macaw'],
        ['hot_dog.jpg', 'hotdog'],
      ] as const) {
        const label = labels.find((one) => one.includes(name)) ?? '';
        await mkdir(join(photos, label), { recursive: true });
        await copyFile(real('tflite', photo), join(photos, label, photo));
      }
      expect(await evaluateModel(out, photos, { home })).toMatchObject({
        count: 2,
        accuracy: 1,
        skipped: [],
      });
    });
  },
);
