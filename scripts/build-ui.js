// Builds the pages into dist/ui, and puts the runtime beside them that an exported page needs.
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const path = (relative) => fileURLToPath(new URL(`../${relative}`, import.meta.url));

for (const mode of ['page', 'try', 'verify']) await build({ configFile: path('ui/vite.config.ts'), mode });

// The processor's runtime alone; why: docs/decisions/0014-web.md.
const runtime = ['ort.wasm.min.mjs', 'ort-wasm-simd-threaded.mjs', 'ort-wasm-simd-threaded.wasm'];
await mkdir(path('dist/ui/runtime'), { recursive: true });
for (const file of runtime) {
  await copyFile(path(`node_modules/onnxruntime-web/dist/${file}`), path(`dist/ui/runtime/${file}`));
}
const manifest = await readFile(path('node_modules/onnxruntime-web/package.json'), 'utf8');
await writeFile(
  path('dist/ui/runtime/LICENSE.txt'),
  license(/"version": "([^"]+)"/.exec(manifest)?.[1] ?? ''),
);

// The package carries no licence file: https://github.com/microsoft/onnxruntime/blob/main/LICENSE
function license(version) {
  return `ONNX Runtime Web ${version}, https://github.com/microsoft/onnxruntime

MIT License

Copyright (c) Microsoft Corporation

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
`;
}
