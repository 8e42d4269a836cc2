import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { formatShellPath } from './shell-path.ts';

it('a path below the working folder is shown relative, another one whole', () => {
  expect(formatShellPath(resolve('out', 'model.onnx'))).toBe(join('out', 'model.onnx'));
  expect(formatShellPath(resolve('/elsewhere/out'), '/work')).toBe(resolve('/elsewhere/out'));
  expect(formatShellPath(process.cwd())).toBe('.');
});

it.skipIf(process.platform === 'win32')('what a shell would take apart is quoted', () => {
  expect(formatShellPath("Anna's photos")).toBe(`'Anna'\\''s photos'`);
  expect(formatShellPath('a$b')).toBe("'a$b'");
  expect(formatShellPath('バラ-model')).toBe('バラ-model');
});
