import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Classifier, loadClassifier } from '../../src/classify.ts';
import { buildClassifier } from '../../src/model/build-classifier.ts';
import { sealModel } from '../../src/model/seal.ts';
import { encodeModel } from '../../src/onnx/write.ts';
import type { Prediction } from '../../src/prediction.ts';
import type * as regraftWeb from '../../src/web/index.ts';
import type { WebClassifier, WebPhoto } from '../../src/web/index.ts';
import { formulaHead } from '../fixtures/tiny-backbone.ts';
import { findWeights } from '../support/home.ts';
import { importInception } from '../support/inception.ts';
import { drawPhoto } from '../support/photos.ts';
import { findRealData } from '../support/real-data.ts';
import { drawModel } from './draw-model.ts';
import { openChromium, skipBrowser } from './open-chromium.ts';
import { type FolderServer, serveFolder } from './serve-folder.ts';

// The library as a bundler makes it of the compiled package, in Chromium, against the same model under Node.
const library = fileURLToPath(new URL('../../dist/web/index.js', import.meta.url));
const weights = await findWeights();
const data = findRealData();

let folder: string;
let server: FolderServer;
let browser: Browser;
let page: Page;

interface Scope {
  regraft: typeof regraftWeb;
  classifier: WebClassifier;
}

beforeAll(async () => {
  if (skipBrowser) return;
  folder = await mkdtemp(join(tmpdir(), 'regraft-web-'));
  await writeFile(
    join(folder, 'index.html'),
    '<!doctype html><title>x</title><script type="module" src="app.js"></script>',
  );
  await writeFile(
    join(folder, 'app.js'),
    `import * as regraft from '${library}'; globalThis.regraft = regraft;`,
  );
  const outDir = join(folder, 'site');
  await build({ root: folder, base: './', configFile: false, logLevel: 'silent', build: { outDir } });
  await writeFile(join(outDir, 'model.onnx'), drawModel({ unknownAbove: 1.5 }));
  server = await serveFolder(outDir);
  browser = await openChromium();
  page = await browser.newPage();
  await page.goto(server.url);
  await page.waitForFunction(() => 'regraft' in globalThis);
});
afterAll(async () => {
  if (skipBrowser) return;
  await browser.close();
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** Loads a model in the page that lies beside it. */
async function load(name: string): Promise<readonly string[]> {
  return page.evaluate(async (address) => {
    const scope = globalThis as unknown as Scope;
    scope.classifier = await scope.regraft.loadClassifier(address);
    return scope.classifier.labels;
  }, name);
}

/** Classifies the bytes of an image file in the page. */
async function classify(bytes: Uint8Array): Promise<Prediction> {
  return page.evaluate(async (text) => {
    const photo = new Blob([Uint8Array.from(atob(text), (character) => character.charCodeAt(0))]);
    return (globalThis as unknown as Scope).classifier.classify(photo, { top: 1000 });
  }, Buffer.from(bytes).toString('base64'));
}

function farthest(one: Prediction, other: Prediction): number {
  const known = new Map(other.top.map(({ label, probability }) => [label, probability]));
  return Math.max(
    ...one.top.map(({ label, probability }) => Math.abs(probability - (known.get(label) ?? NaN))),
  );
}

describe.skipIf(skipBrowser)('regraft/web in Chromium', () => {
  it.each(['model.onnx', './', 'model.onnx?v=2'])('loads a model by the address %s', async (address) => {
    expect(await load(address)).toEqual(['daisy', 'rose', 'tulip']);
  });

  it('answers as Node does for the same pixels, whatever their size and however they are stored', async () => {
    await load('model.onnx');
    await using node = await loadClassifier(join(folder, 'site/model.onnx'));
    const scene = sharp(await drawPhoto('circles', 3, 8)).png();
    const files: Record<string, Buffer> = {
      small: await scene.clone().resize(24, 20).toBuffer(),
      wide: await scene.clone().resize(300, 20, { fit: 'fill' }).toBuffer(),
      large: await scene.clone().toBuffer(),
      grey: await scene.clone().greyscale().toBuffer(),
      palette: await scene.clone().png({ palette: true }).toBuffer(),
      'lossless WebP': await scene.clone().webp({ lossless: true }).toBuffer(),
    };
    for (const [name, file] of Object.entries(files)) {
      const expected = await node.classifyOne(file, { top: 1000 });
      const found = await classify(file);
      expect({ name, far: farthest(found, expected) <= 1e-5 }).toEqual({ name, far: true });
      expect(found.unknown?.score).toBeCloseTo(expected.unknown?.score ?? NaN, 4);
      expect(found.unknown?.isUnknown).toBe(expected.unknown?.isUnknown);
      expect(Object.keys(found).sort()).toEqual(Object.keys(expected).sort());
    }
  });

  it('turns photos upright as their EXIF orientation says, within the rounding of turning before or after the scaling', async () => {
    await load('model.onnx');
    await using node = await loadClassifier(join(folder, 'site/model.onnx'));
    const scene = sharp(await drawPhoto('circles', 3, 8));
    const plain = await scene.clone().png().toBuffer();
    for (const [orientation, turn] of [
      [3, 180],
      [6, 270],
      [8, 90],
    ] as const) {
      const file = await scene.clone().rotate(turn).withMetadata({ orientation }).png().toBuffer();
      const found = await classify(file);
      expect(farthest(found, await node.classifyOne(file, { top: 1000 }))).toBeLessThan(2e-3);
      expect(farthest(found, await classify(plain))).toBe(0);
    }
    // Lying on its side it would be another photo.
    const lying = await scene.clone().rotate(90).png().toBuffer();
    expect(farthest(await classify(lying), await classify(plain))).toBeGreaterThan(5e-4);
  });

  it('lays transparent photos on white within a level of Node', async () => {
    await load('model.onnx');
    await using node = await loadClassifier(join(folder, 'site/model.onnx'));
    const file = await sharp({ create: { width: 64, height: 48, channels: 4, background: '#20609080' } })
      .png()
      .toBuffer();
    expect(farthest(await classify(file), await node.classifyOne(file))).toBeLessThan(0.02);
  });

  it('takes images, canvases, bitmaps, pixels and videos, which give the same answer', async () => {
    await load('model.onnx');
    const file = await sharp(await drawPhoto('checks', 2))
      .png()
      .toBuffer();
    const answers = await page.evaluate(async (text) => {
      const { classifier } = globalThis as unknown as Scope;
      const image = new Image();
      image.src = `data:image/png;base64,${text}`;
      await image.decode();
      const canvas = document.createElement('canvas');
      canvas.width = image.naturalWidth;
      canvas.height = image.naturalHeight;
      const context = canvas.getContext('2d');
      if (context === null) throw new Error('no canvas');
      context.drawImage(image, 0, 0);
      const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
      const offscreen = new OffscreenCanvas(canvas.width, canvas.height);
      offscreen.getContext('2d')?.drawImage(image, 0, 0);
      const photos: WebPhoto[] = [image, canvas, offscreen, pixels, await createImageBitmap(image)];
      return Promise.all(photos.map((photo) => classifier.classify(photo)));
    }, file.toString('base64'));
    expect(answers).toHaveLength(5);
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]?.error).toBeUndefined();
  });

  it.each([
    ['no bytes', Buffer.alloc(0), 'PHOTO_EMPTY'],
    ['a text', Buffer.from('# a text'), 'NOT_AN_IMAGE'],
    ['half a PNG', Buffer.from('89504e470d0a1a0a0000000d', 'hex'), 'PHOTO_CORRUPT'],
    ['a HEIC photo', Buffer.from('\0\0\0\x18ftypheic\0\0\0\0heicmif1', 'latin1'), 'FORMAT_UNSUPPORTED'],
  ])('%s give a prediction with an error, and the next photo is read', async (_, bytes, code) => {
    await load('model.onnx');
    expect(await classify(bytes)).toMatchObject({ label: null, top: [], error: { code } });
    expect((await classify(await drawPhoto('lines', 1))).error).toBeUndefined();
  });

  it.each([
    ['missing.onnx', {}, 'MODEL_NOT_FOUND'],
    ['index.html', {}, 'MODEL_INVALID'],
    ['model.onnx', { executionProvider: 'cuda' }, 'INVALID_OPTION'],
    ['model.onnx', { provider: 'wasm' }, 'INVALID_OPTION'],
    ['http://[', {}, 'INVALID_OPTION'],
  ])('loadClassifier(%s, %j) fails as %s', async (address, options, code) => {
    const failure = await page.evaluate(
      async ([address, options]) => {
        const { loadClassifier, RegraftError } = (globalThis as unknown as Scope).regraft;
        try {
          await loadClassifier(address, options as never);
          return 'loaded';
        } catch (error) {
          return error instanceof RegraftError ? error.code : String(error);
        }
      },
      [address, options] as const,
    );
    expect(failure).toBe(code);
  });

  it('tells how much has come, can be cancelled, and refuses work once it is closed', async () => {
    const told = await page.evaluate(async () => {
      const { loadClassifier, RegraftError } = (globalThis as unknown as Scope).regraft;
      const codeOf = (error: unknown): string => (error instanceof RegraftError ? error.code : String(error));
      const loaded: number[] = [];
      const classifier = await loadClassifier('model.onnx', {
        executionProvider: 'wasm',
        onProgress: (progress) => loaded.push(progress.loaded),
      });
      await classifier[Symbol.asyncDispose]();
      const closed = await classifier.classify(new Blob(['x'])).catch(codeOf);
      const cancelled = await loadClassifier('model.onnx', { signal: AbortSignal.abort() }).catch(codeOf);
      return { bytes: loaded.at(-1), provider: classifier.executionProvider, closed, cancelled };
    });
    const { length } = await readFile(join(folder, 'site/model.onnx'));
    expect(told).toEqual({
      bytes: length,
      provider: 'wasm',
      closed: 'CLASSIFIER_CLOSED',
      cancelled: 'CANCELLED',
    });
  });

  it.skipIf(weights.path === undefined || data === undefined)(
    'answers with the embedded network as Node does, within 0.001 for PNG photos and nearly so for JPEG',
    async () => {
      const network = importInception(await readFile(weights.path ?? ''), 'uint8');
      const labels = Array.from({ length: 5 }, (_, index) => `class ${index}`);
      const model = buildClassifier(network, ['bottleneck'], formulaHead(2048, labels, 0.4));
      await writeFile(join(folder, 'site/inception.onnx'), sealModel(encodeModel(model)));
      await load('inception.onnx');
      await using node = await loadClassifier(join(folder, 'site/inception.onnx'));
      const photos = await somePhotos(join(data ?? '', 'flower_photos'));
      expect(photos).toHaveLength(5);
      for (const photo of photos) {
        const png = await sharp(photo).png().toBuffer();
        expect(await compare(node, png)).toBeLessThanOrEqual(1e-3);
        // Chromium and sharp decode JPEG by different versions of one library, whose colours differ by a level or two.
        expect(await compare(node, photo)).toBeLessThan(0.2);
      }
    },
  );
});

async function compare(node: Classifier, file: Uint8Array): Promise<number> {
  return farthest(await classify(file), await node.classifyOne(file, { top: 1000 }));
}

async function somePhotos(folder: string): Promise<Buffer[]> {
  const classes = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  return Promise.all(
    classes.map(async ({ name }) => {
      const [first = ''] = (await readdir(join(folder, name))).sort();
      return readFile(join(folder, name, first));
    }),
  );
}
