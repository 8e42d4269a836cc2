import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadClassifier } from '../src/classify.ts';
import { buildClassifier } from '../src/model/build-classifier.ts';
import { sealModel } from '../src/model/seal.ts';
import { encodeModel } from '../src/onnx/write.ts';
import { viewsOf } from '../src/shared/photo-view.ts';
import { drawUnknownModel } from '../src/unknown/testing/draw-unknown-model.ts';
import { formulaHead, tinyBackbone } from './fixtures/tiny-backbone.ts';
import { findWeights } from './support/home.ts';
import { importInception } from './support/inception.ts';

const script = fileURLToPath(new URL('fixtures/plain-onnxruntime.ts', import.meta.url));
const labels = ['fir', 'oak', 'pine', 'yew'];
const weights = await findWeights();

describe('onnxruntime-node alone, with a resize, gives the probabilities of a model file as Regraft does', () => {
  let folder: string;
  let photos: string[];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'regraft-plain-'));
    photos = await drawPhotos(folder);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('with a small network', async () => {
    const unknown = { model: drawUnknownModel(4, [16, 16]), threshold: 0.5, falseRejection: 0.05 };
    const head = { ...formulaHead(32, labels, 0.7), unknown };
    await compare(buildClassifier(tinyBackbone(), ['early', 'bottleneck'], head), 32);
  });

  it('with a small network that looks at ten views', async () => {
    const unknown = { model: drawUnknownModel(4, [16, 16]), threshold: 0.5, falseRejection: 0.05 };
    const head = { ...formulaHead(32, labels, 0.7), unknown };
    await compare(buildClassifier(tinyBackbone(), ['early', 'bottleneck'], head, viewsOf(10)), 32);
  });

  it('with several labels a photo', async () => {
    const head = { ...formulaHead(32, labels, 0.2), thresholds: [0.5, 0.5, 0.5, 0.5] };
    await compare(buildClassifier(tinyBackbone(), ['early', 'bottleneck'], head), 32, 'apart');
  });

  it.skipIf(weights.path === undefined).each(['uint8', 'float32'] as const)(
    'with Inception v3 in the %s form',
    async (form) => {
      const backbone = importInception(await readFile(weights.path ?? ''), form);
      const taps = ['Mixed_6e', 'bottleneck'];
      const unknown = { model: drawUnknownModel(4, [768, 2048]), threshold: 0.5, falseRejection: 0.05 };
      const head = { ...formulaHead(768 + 2048, labels, 0.2), unknown };
      await compare(buildClassifier(backbone, taps, head), 299);
    },
  );

  async function compare(
    model: ReturnType<typeof buildClassifier>,
    size: number,
    probabilities: 'apart' | 'sum to 1' = 'sum to 1',
  ): Promise<void> {
    const path = join(folder, 'model.onnx');
    await writeFile(path, sealModel(encodeModel(model)));
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--import',
      'tsx',
      script,
      path,
      String(size),
      String(size),
      ...photos,
    ]);
    const plain = JSON.parse(stdout) as { probabilities: number[]; unknown?: [number] }[];
    const tells = model.metadata['regraft.unknown'] !== undefined;
    await using classifier = await loadClassifier(path, { workers: 1 });
    const seen = new Set<string>();
    const scores = new Set<number | undefined>();
    for (const [index, photo] of photos.entries()) {
      const { top, label, unknown } = await classifier.classifyOne(photo, { top: labels.length });
      const byLabel = new Map(top.map((scored) => [scored.label, scored.probability]));
      for (const [column, name] of labels.entries()) {
        expect(byLabel.get(name)).toBeCloseTo(plain[index]?.probabilities[column] ?? NaN, 5);
      }
      if (probabilities === 'sum to 1') {
        expect(plain[index]?.probabilities.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
      }
      if (tells) expect(unknown?.score).toBeCloseTo(plain[index]?.unknown?.[0] ?? NaN, 4);
      else expect(unknown).toBeUndefined();
      scores.add(unknown?.score);
      seen.add(label ?? '');
      // Probabilities that are all alike, or all 0 and 1, would compare nothing.
      expect(top[0]?.probability).toBeGreaterThan(0.26);
      expect(top[0]?.probability).toBeLessThan(0.9999);
    }
    expect(seen.size).toBeGreaterThan(1);
    expect(scores.size).toBe(tells ? photos.length : 1);
  }
});

/** Photos larger than the network's input: a JPEG, one that lies on its side as EXIF says, and a PNG. */
async function drawPhotos(folder: string): Promise<string[]> {
  const draw = (hue: number, shape: string): Sharp =>
    sharp(
      Buffer.from(
        `<svg xmlns="http://www.w3.org/2000/svg" width="640" height="430"><rect width="100%" height="100%" fill="hsl(${hue},60%,45%)"/>${shape}</svg>`,
      ),
    ).removeAlpha();
  const disc = '<circle cx="200" cy="180" r="120" fill="white"/>';
  const bars = Array.from(
    { length: 16 },
    (_, bar) => `<rect x="${bar * 40}" width="17" height="430" fill="black"/>`,
  ).join('');
  const files: [string, Sharp][] = [
    ['disc.jpg', draw(200, disc).jpeg({ quality: 92 })],
    [
      'turned.jpg',
      draw(30, disc + bars)
        .withMetadata({ orientation: 6 })
        .jpeg({ quality: 80 }),
    ],
    ['bars.png', draw(110, bars).png()],
    ['plain.png', draw(350, '').png()],
  ];
  return Promise.all(
    files.map(async ([name, picture]) => {
      await picture.toFile(join(folder, name));
      return join(folder, name);
    }),
  );
}
