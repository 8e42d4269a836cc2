import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The version of the installed onnxruntime-node, or `unknown`. */
export function runtimeVersion(): string {
  try {
    // Its package.json is not among its exports, so it is looked up from its main file, <package>/dist/index.js.
    const main = createRequire(import.meta.url).resolve('onnxruntime-node');
    const text = readFileSync(join(dirname(dirname(main)), 'package.json'), 'utf8');
    return (JSON.parse(text) as { version: string }).version;
  } catch {
    return 'unknown';
  }
}
