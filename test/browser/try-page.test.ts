import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { serve } from '../../src/server/serve.ts';
import { drawPhoto } from '../support/photos.ts';
import { drawModel } from './draw-model.ts';
import { openChromium, skipBrowser } from './open-chromium.ts';

const axePath = fileURLToPath(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url));
const photo = { name: 'one.jpg', mimeType: 'image/jpeg', buffer: await drawPhoto('circles', 1, 2) };

let folder: string;
let models: string[];
let browser: Browser;
const errors: string[] = [];

beforeAll(async () => {
  if (skipBrowser) return;
  folder = await mkdtemp(join(tmpdir(), 'regraft-try-'));
  models = ['flowers', 'garden'].map((name) => join(folder, name));
  for (const [index, model] of models.entries()) {
    await mkdir(model);
    const labels = index === 0 ? ['daisy', 'rose', 'tulip'] : ['tree', 'shrub'];
    await writeFile(join(model, 'model.onnx'), drawModel({ labels }));
  }
  browser = await openChromium();
});
afterAll(async () => {
  if (skipBrowser) return;
  await browser.close();
  await rm(folder, { recursive: true, force: true });
});
afterEach(() => {
  expect(errors.splice(0)).toEqual([]);
});

async function open(url: string): Promise<Page> {
  const page = await (await browser.newContext({ locale: 'en-US' })).newPage();
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.goto(url);
  return page;
}

async function choose(page: Page): Promise<void> {
  await page.setInputFiles('input[type=file]', photo);
  await page.waitForSelector('.card .answer');
}

describe.skipIf(skipBrowser)("the server's page", () => {
  it('classifies by the model that is chosen, and again when another one is', async () => {
    await using server = await serve(models, { port: 0, workers: 1 });
    const page = await open(server.url);
    await choose(page);
    expect(await page.locator('.card .bars .label').allInnerTexts()).toHaveLength(3);
    expect(await page.innerText('footer')).toContain('sent to the server');
    await page.getByLabel('Model', { exact: true }).selectOption('garden');
    await page.waitForFunction(() => document.querySelectorAll('.card .bars li').length === 2);
    expect(await page.innerText('h1')).toBe('garden');
    expect((await page.locator('.card .bars .label').allInnerTexts()).sort()).toEqual(['shrub', 'tree']);
    await page.context().close();
  });

  it('is accessible, and says what a file that is no photo is', async () => {
    await using server = await serve(models, { port: 0, workers: 1 });
    const page = await open(server.url);
    await choose(page);
    await page.setInputFiles('input[type=file]', {
      name: 'notes.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from('no'),
    });
    await page.waitForSelector('.card .failure');
    expect(await page.innerText('.card .failure')).toMatch(/^Expected a jpeg, png/);
    await page.evaluate(await readFile(axePath, 'utf8'));
    const found = await page.evaluate(async () => {
      const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string }[] }> } };
      return (await axe.run()).violations.map(({ id }) => id);
    });
    expect(found).toEqual([]);
    await page.context().close();
  });

  it('asks for the token of a server that wants one, and says when it is not right', async () => {
    await using server = await serve(models, { port: 0, workers: 1, token: 'a-long-secret-token' });
    const page = await open(server.url);
    const send = async (token: string): Promise<void> => {
      await page.getByLabel('This server asks for a token').fill(token);
      await page.keyboard.press('Enter');
    };
    await send('wrong');
    expect(await page.locator('.status .failure').innerText()).toBe('This token is not right.');
    await send('a-long-secret-token');
    await choose(page);
    expect(await page.innerText('h1')).toBe('flowers');
    await page.context().close();
  });

  it('answers to the camera as it goes', async () => {
    await using server = await serve(models, { port: 0, workers: 1 });
    const page = await open(server.url);
    await page.click('#camera');
    await page.waitForSelector('.camera .primary:enabled');
    await page.getByRole('button', { name: 'Live' }).click();
    await page.waitForSelector('.camera .answer');
    await page.context().close();
  });
});
