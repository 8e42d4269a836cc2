import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { exportModel } from '../../src/export-model.ts';
import type { ProgressEvent } from '../../src/shared/progress.ts';
import { drawDataset, patternNames } from '../support/photos.ts';
import { drawModel } from './draw-model.ts';
import { openChromium, skipBrowser } from './open-chromium.ts';
import { serveFolder } from './serve-folder.ts';

let folder: string;
let model: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'regraft-export-web-'));
  model = join(folder, 'signs');
  await mkdir(model);
  await writeFile(join(model, 'model.onnx'), drawModel({ labels: patternNames, unknownAbove: 1.5 }));
  await drawDataset(join(folder, 'photos'), 3);
  // A file that no decoder reads: it must be left out by both sides.
  await writeFile(join(folder, 'photos', patternNames[0] ?? '', 'broken.jpg'), 'ÿØÿ no photo');
});
afterAll(() => rm(folder, { recursive: true, force: true }));
afterEach(() => vi.unstubAllEnvs());

const options = (out: string): Parameters<typeof exportModel>[1] => ({
  to: 'web',
  out: join(folder, out),
  photos: join(folder, 'photos'),
  home: join(folder, 'home'),
  workers: 1,
});

describe.skipIf(skipBrowser)('export --to web', () => {
  it('writes a page that was tested in a browser and that works', async () => {
    const events: ProgressEvent[] = [];
    const { record } = await exportModel(model, {
      ...options('page'),
      onProgress: (event) => events.push(event),
    });
    // Given photos of which a part is left to formats that learn from some.
    expect(record.test).toMatchObject({ source: 'given photos', changed: 0, unknownChanged: 0 });
    expect(record.test.photos).toBeGreaterThanOrEqual(4);
    expect(record.test.accuracyAfter).toBe(record.test.accuracyBefore);
    // Photos of 200 × 160 pixels, JPEG: Chromium and sharp give the same pixels or nearly so.
    expect(record.test.largestDifference).toBeLessThan(0.02);
    expect(record.runtime).toMatch(/^onnxruntime-web 1\.\d+\.\d+ in Chromium$/);
    const notices = events.flatMap((event) => (event.type === 'notice' ? [event.text] : []));
    expect(notices.join(' ')).toMatch(/In the browser the first answer took \d+\.\d s/);

    await using server = await serveFolder(join(folder, 'page'));
    const browser = await openChromium();
    const page = await browser.newPage();
    await page.goto(server.url);
    await page.setInputFiles('input[type=file]', join(folder, 'photos/circles/circles-1.jpg'));
    await page.waitForSelector('.headline');
    expect(await page.innerText('h1')).toBe('signs');
    await browser.close();
  });

  it('is cancelled at once, without a trace', async () => {
    const controller = new AbortController();
    const run = exportModel(model, {
      ...options('cancelled'),
      signal: controller.signal,
      onProgress(event) {
        if (event.type === 'progress' && event.stage === 'export') controller.abort();
      },
    });
    await expect(run).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await readdir(folder)).not.toContain('cancelled');
  });
});

it('export --to web without a browser says what to install, and writes nothing', async () => {
  vi.stubEnv('REGRAFT_CHROMIUM', join(folder, 'no-browser'));
  await expect(exportModel(model, options('nothing'))).rejects.toMatchObject({ code: 'BROWSER_MISSING' });
  expect(await readdir(folder)).not.toContain('nothing');
});

it.skipIf(process.platform === 'win32')(
  'export --to web in a browser that does not start says so, and writes nothing',
  async () => {
    await writeFile(join(folder, 'broken-browser'), '#!/bin/sh\nexit 3\n', { mode: 0o755 });
    vi.stubEnv('REGRAFT_CHROMIUM', join(folder, 'broken-browser'));
    await expect(exportModel(model, options('nothing'))).rejects.toMatchObject({
      code: 'RUNTIME_FAILED',
      message: expect.stringContaining('it ended with code 3') as string,
    });
    expect(await readdir(folder)).not.toContain('nothing');
  },
);
