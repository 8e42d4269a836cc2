import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { findImports, forbid } from './import-rules.ts';

const src = fileURLToPath(new URL('../../src/', import.meta.url));

function violations(file: string, text: string): string[] {
  return findImports(file, text).flatMap((found) => forbid(found) ?? []);
}

it('every import goes down the layers, and each native or boundary package is imported in one folder', async () => {
  const files = (await readdir(src, { recursive: true }))
    .map((file) => file.replaceAll('\\', '/'))
    // Tests and what only they use may bring layers together.
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.includes('/testing/'));
  expect(files.length).toBeGreaterThan(50);
  const found = await Promise.all(
    files.map(async (file) => violations(file, await readFile(`${src}${file}`, 'utf8'))),
  );
  expect(found.flat()).toEqual([]);
});

it('only the command line ends the process, and in one place', async () => {
  const files = (await readdir(src, { recursive: true })).filter((file) => file.endsWith('.ts'));
  const ending: string[] = [];
  for (const file of files) {
    if (
      /\bprocess\.(exit|abort|reallyExit)\(/.test(
        (await readFile(`${src}${file}`, 'utf8')).replaceAll(/\/\/.*/g, ''),
      )
    ) {
      ending.push(file.replaceAll('\\', '/'));
    }
  }
  expect(ending).toEqual(['cli/leave.ts']);
});

it.each([
  ['head/fit.ts', "import { train } from '../train.ts';", '../train.ts'],
  ['head/fit.ts', "import type { RunRecord } from '../model/run-record.ts';", '../model/run-record.ts'],
  ['onnx/read.ts', "import { scan } from '../dataset/scan.ts';", '../dataset/scan.ts'],
  ['errors.ts', "export { train } from './train.ts';", './train.ts'],
  ['dataset/scan.ts', "const sharp = await import('sharp');", 'sharp'],
  ['runtime/load.ts', "const arrow = require('apache-arrow/Arrow.node');", 'apache-arrow/Arrow.node'],
  ['train.ts', "import '@bufbuild/protobuf/wire';", '@bufbuild/protobuf/wire'],
  ['import/tflite/read.ts', "import { fromBinary } from '@bufbuild/protobuf';", '@bufbuild/protobuf'],
  ['train.ts', "import { run } from './cli/run.ts';", './cli/run.ts'],
  ['shared/progress.ts', "import { join } from 'node:path';", 'node:path'],
])('a forbidden import in src/%s is found and named: %s', (file, text, specifier) => {
  const [message, ...others] = violations(file, text);
  expect(message).toContain(`src/${file} must not import '${specifier}'`);
  expect(others).toEqual([]);
});

it.each([
  ['cli/commands/train.ts', "const { train } = await import('../../train.ts');"],
  ['train.ts', "import { scanDataset } from './dataset/scan.ts';"],
  ['features/extract.ts', "import { decodeImage } from '../image/decode.ts';"],
  ['image/decode.ts', "import sharp from 'sharp';"],
  ['shared/progress.ts', "import type { ErrorCode } from '../errors.ts';"],
  ['import/graphdef/read.ts', "import { fromBinary } from '@bufbuild/protobuf';"],
  ['onnx/read.ts', "import { RegraftError } from '../errors.ts';"],
])('an allowed import in src/%s passes: %s', (file, text) => {
  expect(violations(file, text)).toEqual([]);
});
