import { gzipSync } from 'node:zlib';
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { assemblePage, readBuiltFiles, webRuntimeVersion } from './web-page.ts';

const model = new TextEncoder().encode('model');
const page = await readBuiltFiles('page');
const runtime = await readBuiltFiles('runtime');
const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);

it('an exported page holds page, runtime and model, and nothing else', () => {
  expect([...assemblePage('flowers', model, page, runtime).keys()].sort()).toEqual([
    'icon.svg',
    'index.html',
    'manifest.webmanifest',
    'model.onnx',
    'page.css',
    'page.js',
    'runtime/LICENSE.txt',
    'runtime/ort-wasm-simd-threaded.mjs',
    'runtime/ort-wasm-simd-threaded.wasm',
    'runtime/ort.wasm.min.mjs',
    'service-worker.js',
    'worker.js',
  ]);
});

it('the page without runtime and model is at most 60 KB, gzipped', () => {
  const sizes = [...page.values()].map((bytes) => gzipSync(bytes, { level: 9 }).length);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  expect(total).toBeGreaterThan(10_000);
  expect(total).toBeLessThanOrEqual(60 * 1024);
});

it('a name is written so that it means nothing to HTML, JSON or a replacement', () => {
  const files = assemblePage('"><script>alert(1)</script>$& \\ 花', model, page, runtime);
  const html = text(files.get('index.html'));
  expect(html).not.toContain('<script>alert');
  expect(html).toContain('<title>&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;$&amp; \\ 花</title>');
  expect(JSON.parse(text(files.get('manifest.webmanifest')))).toMatchObject({
    name: '"><script>alert(1)</script>$& \\ 花',
  });
  expect(html).not.toContain('%REGRAFT');
});

it('the service worker keeps every file but itself and the licence, and is another one when any of them changes', () => {
  const worker = text(assemblePage('flowers', model, page, runtime).get('service-worker.js'));
  for (const path of [
    'index.html',
    'page.js',
    'worker.js',
    'model.onnx',
    'runtime/ort-wasm-simd-threaded.wasm',
  ]) {
    expect(worker).toMatch(new RegExp(`[ \`'"]${path.replaceAll('.', '\\.')}:[0-9a-f]{16}`));
  }
  expect(worker).not.toMatch(/service-worker\.js:|LICENSE|__REGRAFT/);
  expect(text(assemblePage('flowers', model, page, runtime).get('service-worker.js'))).toBe(worker);
  const other = new TextEncoder().encode('another model');
  expect(text(assemblePage('flowers', other, page, runtime).get('service-worker.js'))).not.toBe(worker);
});

it('a page runs no script that is written in its HTML', () => {
  const html = text(page.get('index.html'));
  expect(html).toContain("default-src 'none'; script-src 'self' 'wasm-unsafe-eval'");
  expect(html).not.toMatch(/unsafe-inline|<style|style=|<script(?![^>]*src=)| on\w+=/);
});

it('the runtime is of the version that it is said to be', async () => {
  const manifest = new URL('../../package.json', import.meta.url);
  const { devDependencies } = JSON.parse(await readFile(manifest, 'utf8')) as {
    devDependencies: Record<string, string>;
  };
  expect(webRuntimeVersion).toBe(devDependencies['onnxruntime-web']);
  expect(text(runtime.get('LICENSE.txt'))).toContain(`ONNX Runtime Web ${webRuntimeVersion}`);
  expect(text(runtime.get('ort.wasm.min.mjs')).slice(0, 60)).toContain(webRuntimeVersion);
});
