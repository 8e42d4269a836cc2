import { existsSync } from 'node:fs';
import { copyFile, readdir, readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { removeFolder } from '../support/home.ts';
import { makeUpdatePlace, type UpdatePlace } from '../support/update-place.ts';
import { makeExample } from './make-example.ts';

const browser = process.env.CHROMIUM ?? '/usr/bin/chromium';
const web = fileURLToPath(new URL('../../dist/web/index.js', import.meta.url));
const missing = [browser, web].filter((file) => !existsSync(file));
if (missing.length > 0) {
  if (process.env.REGRAFT_TEST_ALL === '1') throw new Error(`Expected ${missing.join(' and ')}.`);
  process.stderr.write(`Skipped the example of a page, as there is no ${missing.join(' and ')}.\n`);
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};

let place: UpdatePlace;

beforeAll(async () => {
  place = await makeUpdatePlace();
  for (const label of ['blue', 'dark', 'red']) await place.put('shapes', label, 0, 12);
  await place.train('shapes', 'model');
});

afterAll(() => removeFolder(place.root));

it.skipIf(missing.length > 0)('examples/vite-page is built, loads its model and classifies', async () => {
  const example = await makeExample('vite-page', place.root);
  await copyFile(place.at('model/model.onnx'), join(example, 'public/model.onnx'));
  await build({ root: example, logLevel: 'error' });
  const server = await serveFolder(join(example, 'dist'));
  const chrome = await chromium.launch({
    executablePath: browser,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
  });
  try {
    const page = await chrome.newPage();
    const problems: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    page.on('pageerror', (error) => problems.push(error.message));
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const status = page.locator('[role=status]');
    const settled = async (): Promise<string> => {
      await expect.poll(() => status.textContent(), { timeout: 30_000 }).not.toMatch(/…$/);
      return (await status.textContent()) ?? '';
    };
    expect(await settled()).toBe('Ready: tells blue, dark, red.');
    for (const label of ['blue', 'red']) {
      const [name = ''] = await readdir(place.at(`shapes/${label}`));
      await page.setInputFiles('input', place.at(`shapes/${label}/${name}`));
      expect(await settled()).toMatch(new RegExp(`^${label} \\([\\d.]+ %\\)$`));
    }
    await page.setInputFiles('input', place.at('model/run.json'));
    expect(await settled()).toMatch(/^This cannot be read: /);
    expect(problems).toEqual([]);
  } finally {
    await chrome.close();
    server.close();
  }
});

function serveFolder(folder: string): Promise<Server> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const file = join(folder, path === '/' ? 'index.html' : path);
    readFile(file).then(
      (bytes) => {
        const type = types[extname(file)] ?? 'application/octet-stream';
        response.writeHead(200, { 'content-type': type }).end(bytes);
      },
      () => {
        response.writeHead(404).end();
      },
    );
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}
