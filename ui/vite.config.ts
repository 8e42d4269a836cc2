import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** What is built from this folder, by the mode's name. */
const inputs: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  // Files of an exported page keep their names: its service worker knows them by their contents.
  page: {
    page: here('page/index.html'),
    worker: here('page/worker.ts'),
    'service-worker': here('service-worker/service-worker.ts'),
  },
  try: { try: here('try/index.html') },
  verify: { verify: here('verify/index.html') },
};

export default defineConfig(({ mode }) => {
  const input = inputs[mode];
  if (input === undefined) throw new Error(`expected --mode page, try or verify but received ${mode}`);
  const names =
    mode === 'page'
      ? { entryFileNames: '[name].js', chunkFileNames: '[name].js', assetFileNames: '[name].[ext]' }
      : {};
  return {
    root: here(mode),
    base: './',
    logLevel: 'warn',
    plugins: [
      {
        // The export puts the runtime beside the page: src/export/web-runtime.ts.
        name: 'runtime-beside-the-page',
        enforce: 'pre',
        resolveId(source) {
          const name = /^onnxruntime-web\/(\w+)$/.exec(source)?.[1];
          return name === undefined ? null : { id: `./runtime/ort.${name}.min.mjs`, external: true };
        },
      },
    ],
    build: {
      outDir: here(`../dist/ui/${mode}`),
      emptyOutDir: true,
      target: 'es2022',
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      rolldownOptions: { input, output: names },
    },
  };
});
