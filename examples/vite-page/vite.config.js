import { defineConfig } from 'vite';

export default defineConfig({
  // Works in any folder of a web server.
  base: './',
  build: { target: 'es2022' },
  // It finds its WebAssembly file beside its own code.
  optimizeDeps: { exclude: ['onnxruntime-web'] },
});
