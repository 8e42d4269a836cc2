import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { assemblePage, readBuiltFiles } from '../../src/export/web-page.ts';
import { drawPhoto } from '../support/photos.ts';
import { type DrawnModel, drawModel } from './draw-model.ts';
import { openChromium, skipBrowser } from './open-chromium.ts';
import { type FolderServer, serveFolder } from './serve-folder.ts';

const axePath = fileURLToPath(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url));

let folder: string;
let server: FolderServer;
let browser: Browser;
const errors: string[] = [];

beforeAll(async () => {
  if (skipBrowser) return;
  folder = await mkdtemp(join(tmpdir(), 'regraft-page-'));
  await writePage('single', {});
  await writePage('unknown', { unknownAbove: -100 });
  await writePage('several', { thresholds: [0.2, 0.2, 0.999] });
  server = await serveFolder(folder);
  browser = await openChromium();
});
afterAll(async () => {
  if (skipBrowser) return;
  await browser.close();
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});
afterEach(() => {
  expect(errors.splice(0)).toEqual([]);
});

async function writePage(name: string, model: DrawnModel): Promise<void> {
  const [page, runtime] = await Promise.all([readBuiltFiles('page'), readBuiltFiles('runtime')]);
  for (const [path, bytes] of assemblePage(name, drawModel(model), page, runtime)) {
    await mkdir(dirname(join(folder, name, path)), { recursive: true });
    await writeFile(join(folder, name, path), bytes);
  }
}

/** Opens a page whose every error fails the test. */
async function open(name: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ locale: 'en-US', ...options });
  const page = await context.newPage();
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  await page.goto(`${server.url}${name}/`);
  await page.waitForFunction(
    () =>
      document.querySelector('.status')?.childElementCount === 0 &&
      document.querySelector('summary') !== null,
  );
  return page;
}

async function choose(page: Page, ...photos: readonly { name: string; buffer: Buffer }[]): Promise<void> {
  await page.setInputFiles(
    'input[type=file]',
    photos.map((photo) => ({ mimeType: 'image/jpeg', ...photo })),
  );
  await page.waitForFunction(
    (count) => document.querySelectorAll('.card .answer, .card .failure').length === count,
    photos.length,
  );
}

/** What axe finds against WCAG 2.2 AA. */
async function violations(page: Page): Promise<unknown[]> {
  // Evaluated, not added: the page's policy admits no script but its own.
  await page.evaluate(await readFile(axePath, 'utf8'));
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const { violations } = await axe.run();
    return violations.map(({ id, nodes }) => ({ id, where: nodes.map(({ html }) => html) }));
  });
}

const photos = [
  { name: 'one.jpg', buffer: await drawPhoto('circles', 1, 2) },
  { name: 'two.jpg', buffer: await drawPhoto('checks', 2, 2) },
];

describe.skipIf(skipBrowser)('an exported page', () => {
  it('classifies several photos in order, and says of each that is none why', async () => {
    const page = await open('single');
    expect(await page.title()).toBe('single');
    expect(await page.innerText('h1')).toBe('single');
    expect(await page.innerText('summary')).toBe('3 classes');
    await choose(page, ...photos, { name: 'notes.txt', buffer: Buffer.from('no photo') });
    expect(await page.locator('.card .name').allInnerTexts()).toEqual(['one.jpg', 'two.jpg', 'notes.txt']);
    expect(await page.locator('.card').first().locator('.bars li').count()).toBe(3);
    expect(await page.locator('.card .headline').first().innerText()).toMatch(
      /^(daisy|rose|tulip) \d+(\.\d)?%$/,
    );
    expect(await page.locator('.card .failure').innerText()).toMatch(/^Expected an image/);
    expect(await page.innerText('.spoken')).toMatch(/^notes\.txt: Expected an image/);
    expect(await page.innerText('footer')).toContain('Your photos stay on this device');
    await page.getByRole('button', { name: 'Remove two.jpg' }).click();
    expect(await page.locator('.card .name').allInnerTexts()).toEqual(['one.jpg', 'notes.txt']);
    await page.getByRole('button', { name: 'Clear all' }).click();
    expect(await page.locator('.answers').isVisible()).toBe(false);
    await page.context().close();
  });

  it('says of a photo like none that it was trained on, and shows all labels of a multi-label model', async () => {
    const unknown = await open('unknown');
    await choose(unknown, photos[0]!);
    expect(await unknown.innerText('.headline')).toBe('None of these');
    expect(await unknown.innerText('.answer .note')).toMatch(/Nearest: (daisy|rose|tulip), \d/);
    await unknown.context().close();
    const several = await open('several');
    await choose(several, photos[0]!);
    expect((await several.locator('.answer > .chips li').allInnerTexts()).sort()).toEqual(['daisy', 'rose']);
    await several.context().close();
  });

  it('takes what is dropped and pasted', async () => {
    const page = await open('single');
    for (const type of ['drop', 'paste']) {
      await page.evaluate(
        ([type, text]) => {
          const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
          const transfer = new DataTransfer();
          transfer.items.add(new File([bytes], `${type}.jpg`, { type: 'image/jpeg' }));
          const options = { bubbles: true, cancelable: true };
          const event =
            type === 'drop'
              ? new DragEvent(type, { ...options, dataTransfer: transfer })
              : new ClipboardEvent(type, { ...options, clipboardData: transfer });
          document.body.dispatchEvent(event);
        },
        [type, photos[0]!.buffer.toString('base64')] as const,
      );
    }
    await page.waitForFunction(() => document.querySelectorAll('.card .answer').length === 2);
    expect((await page.locator('.card .name').allInnerTexts()).sort()).toEqual(['drop.jpg', 'paste.jpg']);
    await page.context().close();
  });

  it('speaks the language of the browser, or the one that was chosen before', async () => {
    const page = await open('single', { locale: 'zh-CN' });
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN');
    expect(await page.innerText('#choose')).toBe('选择照片');
    await choose(page, photos[0]!, { name: 'notes.txt', buffer: Buffer.from('no photo') });
    expect(await page.locator('.card .failure').innerText()).toBe('这不是图片。');
    await page.getByLabel('语言').selectOption('English');
    expect(await page.innerText('#choose')).toBe('Choose photos');
    expect(await page.locator('.card .failure').innerText()).toMatch(/^Expected an image/);
    await page.reload();
    expect(await page.innerText('#choose')).toBe('Choose photos');
    await page.context().close();
  });

  it('can be used by keyboard alone, and always shows where the focus is', async () => {
    const page = await open('single');
    const names: string[] = [];
    for (let press = 0; press < 4; press++) {
      await page.keyboard.press('Tab');
      names.push(
        await page.evaluate(() => {
          const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement ?? document.body);
          const seen = outlineStyle === 'solid' && Number.parseFloat(outlineWidth) >= 2;
          return `${document.activeElement?.className ?? ''}${document.activeElement?.tagName ?? ''}${seen ? '' : ' unseen'}`;
        }),
      );
    }
    expect(names).toEqual(['SUMMARY', 'languageSELECT', 'primaryBUTTON', 'secondaryBUTTON']);
    await page.keyboard.press('Enter');
    await page.waitForSelector('.camera .primary:enabled');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Take photo');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.card .answer');
    await page.getByRole('button', { name: 'Close camera' }).press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('camera');
    await page.getByRole('button', { name: 'Clear all' }).press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('choose');
    await page.context().close();
  });

  it('answers to the camera as it goes, and turns it off with its view', async () => {
    const page = await open('single');
    await page.click('#camera');
    await page.waitForSelector('.camera .primary:enabled');
    await page.getByRole('button', { name: 'Live' }).click();
    await page.waitForSelector('.camera .answer');
    expect(await page.innerText('.spoken')).toMatch(/^(daisy|rose|tulip) \d/);
    await page.getByRole('button', { name: 'Close camera' }).click();
    expect(await page.locator('.camera').isVisible()).toBe(false);
    expect(await page.evaluate(() => document.querySelector('video')?.srcObject)).toBeNull();
    await page.context().close();
  });

  it.each([
    ['a desktop, light', { viewport: { width: 1280, height: 900 }, colorScheme: 'light' }],
    ['a desktop, dark', { viewport: { width: 1280, height: 900 }, colorScheme: 'dark' }],
    [
      'a phone, light, Chinese',
      { viewport: { width: 360, height: 700 }, colorScheme: 'light', locale: 'zh-CN' },
    ],
    ['a phone, dark', { viewport: { width: 360, height: 700 }, colorScheme: 'dark' }],
  ] as const)('is accessible on %s, and never wider than the screen', async (_, options) => {
    const page = await open('unknown', options);
    expect(await violations(page)).toEqual([]);
    await choose(page, ...photos, { name: `${'long '.repeat(30)}.txt`, buffer: Buffer.from('no photo') });
    await page.click('summary');
    await page.click('#camera');
    await page.waitForSelector('.camera .primary:enabled');
    expect(await violations(page)).toEqual([]);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width).toBeLessThanOrEqual(options.viewport.width);
    await page.context().close();
  });

  it('works offline once it says so, with several threads', async () => {
    const page = await open('single');
    await page.waitForFunction(() => document.querySelector('footer')?.textContent.includes('works offline'));
    await page.context().setOffline(true);
    const before = server.requests.length;
    await page.reload();
    await choose(page, photos[0]!);
    expect(await page.locator('.card .headline').innerText()).toMatch(/%$/);
    expect(server.requests.slice(before)).toEqual([]);
    expect(await page.evaluate(() => globalThis.crossOriginIsolated)).toBe(true);
    await page.context().close();
  });

  it('asks nobody but its own server for anything', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const foreign: string[] = [];
    page.on('request', (request) => {
      if (!/^(blob|data):/.test(request.url()) && !request.url().startsWith(server.url)) {
        foreign.push(request.url());
      }
    });
    await page.goto(`${server.url}single/`);
    await choose(page, photos[0]!);
    expect(foreign).toEqual([]);
    await context.close();
  });

  it('says what is wrong when its model does not come, and tries again', async () => {
    const context = await browser.newContext({ locale: 'en-US', serviceWorkers: 'block' });
    const page = await context.newPage();
    await context.route('**/model.onnx', (route) => route.fulfill({ status: 404 }));
    await page.goto(`${server.url}single/`);
    expect(await page.locator('.status .failure').innerText()).toMatch(
      /^Expected a model at .* the server answers 404/,
    );
    await context.unroute('**/model.onnx');
    await page.getByRole('button', { name: 'Try again' }).click();
    await choose(page, photos[0]!);
    await context.close();
  });

  it('opened as a file says that it needs a web server', async () => {
    const page = await browser.newPage();
    await page.goto(pathToFileURL(join(folder, 'single/index.html')).href);
    await page.waitForTimeout(2000);
    expect(await page.locator('.no-start').isVisible()).toBe(true);
    expect(await page.innerText('main')).toMatch(/needs a web server.*python3 -m http\.server/s);
    await page.close();
  });
});
