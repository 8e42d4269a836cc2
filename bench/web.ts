// How soon an exported page answers, and how far its answers are from Node's: in Chromium without a window, by WebAssembly on one thread and on several.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { loadClassifier } from '../src/classify.ts';
import { assemblePage, readBuiltFiles } from '../src/export/web-page.ts';
import { regraftHome } from '../src/home.ts';
import type { Prediction } from '../src/prediction.ts';
import { train } from '../src/train.ts';
import { chromiumPath, openChromium } from '../test/browser/open-chromium.ts';
import { serveFolder } from '../test/browser/serve-folder.ts';
import { type BenchResult, median, printResults } from './bench-result.ts';
import { flowerPhotos, withFreshHome } from './photos.ts';

const photosAClass = 12;
const firstRuns = 3;

export async function benchWeb(): Promise<BenchResult[]> {
  const folder = flowerPhotos();
  if (folder === undefined || chromiumPath === undefined) {
    console.error('Skipped: the bench of the page needs Chromium, and REGRAFT_DATA with flower_photos/.');
    return [];
  }
  return withFreshHome(async (scratch) => {
    const model = join(scratch, 'flowers');
    await train(folder, { out: model, home: regraftHome() });
    const page = join(scratch, 'page');
    const size = await writePage(page, join(model, 'model.onnx'));
    const photos = await pickPhotos(folder);
    const firsts: number[] = [];
    for (let run = 0; run < firstRuns; run++) {
      firsts.push(await firstAnswer(page, photos[0] ?? Buffer.alloc(0)));
    }
    const one = await classifyAll(page, photos, false);
    const several = await classifyAll(page, photos, true);
    const pngs = await Promise.all(photos.map((photo) => sharp(photo).png().toBuffer()));
    const lossless = await classifyAll(page, pngs, false);
    return [
      {
        name: 'page without runtime and model',
        value: size / 1024,
        unit: 'KB gzipped',
        bound: { kind: 'at most', value: 60 },
      },
      {
        name: 'first answer',
        value: median(firsts) / 1000,
        unit: 's',
        bound: { kind: 'at most', value: 5 },
        note: `from the start of the navigation, on loopback, an empty cache, median of ${firstRuns}`,
      },
      {
        name: 'later answers, one thread',
        value: one.laterMs,
        unit: 'ms a photo',
        note: 'JPEG decoding included',
      },
      {
        name: 'later answers, isolated page',
        value: several.laterMs,
        unit: 'ms a photo',
        note: 'as many threads as cores, at most 4',
      },
      ...(await compare(model, photos, one.predictions, 'JPEG')),
      ...(await compare(model, pngs, lossless.predictions, 'PNG', 1e-3)),
    ];
  });
}

async function writePage(folder: string, model: string): Promise<number> {
  const [page, runtime] = await Promise.all([readBuiltFiles('page'), readBuiltFiles('runtime')]);
  for (const [path, bytes] of assemblePage('flowers', await readFile(model), page, runtime)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
  return [...page.values()].reduce((sum, bytes) => sum + gzipSync(bytes, { level: 9 }).length, 0);
}

async function pickPhotos(folder: string): Promise<Buffer[]> {
  const classes = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const paths = await Promise.all(
    classes.map(async ({ name }) =>
      (await readdir(join(folder, name)))
        .sort()
        .slice(0, photosAClass)
        .map((file) => join(folder, name, file)),
    ),
  );
  return Promise.all(paths.flat().map((path) => readFile(path)));
}

/** From the start of the navigation to the answer that the page shows, in a fresh browser. */
async function firstAnswer(folder: string, photo: Buffer): Promise<number> {
  await using server = await serveFolder(folder);
  const browser = await openChromium();
  try {
    const page = await browser.newPage();
    const started = performance.now();
    await page.goto(server.url);
    await page.setInputFiles('input[type=file]', {
      name: 'photo.jpg',
      mimeType: 'image/jpeg',
      buffer: photo,
    });
    await page.waitForSelector('.headline');
    return performance.now() - started;
  } finally {
    await browser.close();
  }
}

/** Shows photos one after the other to the page's worker, whose numbers the page rounds. */
async function classifyAll(
  folder: string,
  photos: readonly Buffer[],
  isolated: boolean,
): Promise<{ laterMs: number; predictions: Prediction[] }> {
  const blank = new Map([['blank.html', Buffer.from('<!doctype html>')]]);
  const headers = {
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
  };
  await using server = await serveFolder(folder, blank, isolated ? headers : {});
  const browser = await openChromium();
  try {
    const page = await browser.newPage();
    await page.goto(`${server.url}blank.html`);
    await page.evaluate(openWorker);
    const answers: { prediction: Prediction; ms: number }[] = [];
    for (const photo of photos) {
      answers.push(await page.evaluate(`classify('${photo.toString('base64')}')`));
    }
    return {
      laterMs: median(answers.slice(1).map(({ ms }) => ms)),
      predictions: answers.map(({ prediction }) => prediction),
    };
  } finally {
    await browser.close();
  }
}

// As text: what tsx makes of functions does not run in a page.
const openWorker = `(async () => {
  const worker = new Worker('worker.js', { type: 'module' });
  const ask = (request) => new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => {
      if (data.type === 'failed') reject(new Error(data.message));
      else if (data.type !== 'loading') resolve(data);
    };
    worker.postMessage({ id: 0, ...request });
  });
  const at = (path) => new URL(path, document.baseURI).href;
  await ask({ type: 'open', model: at('model.onnx'), runtime: at('runtime/') });
  globalThis.classify = (text) => {
    const photo = new Blob([Uint8Array.from(atob(text), (character) => character.charCodeAt(0))]);
    return ask({ type: 'classify', photo, top: 1000 });
  };
})()`;

async function compare(
  model: string,
  photos: readonly Buffer[],
  found: readonly Prediction[],
  format: string,
  bound?: number,
): Promise<BenchResult[]> {
  await using node = await loadClassifier(model);
  const distances: number[] = [];
  let changed = 0;
  for (const [index, photo] of photos.entries()) {
    const expected = await node.classifyOne(photo, { top: 1000 });
    const prediction = found[index];
    if (prediction?.label !== expected.label) changed++;
    const known = new Map(expected.top.map(({ label, probability }) => [label, probability]));
    distances.push(
      Math.max(
        ...(prediction?.top ?? []).map((one) => Math.abs(one.probability - (known.get(one.label) ?? NaN))),
      ),
    );
  }
  return [
    {
      name: `${format}: farthest from Node`,
      value: Math.max(...distances),
      unit: 'probability',
      ...(bound !== undefined && { bound: { kind: 'at most', value: bound } as const }),
      note: `of ${photos.length} photos; median ${median(distances).toPrecision(2)}, ${changed} other answers`,
    },
  ];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) printResults(await benchWeb());
