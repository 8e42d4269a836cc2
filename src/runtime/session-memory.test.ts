import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const script = fileURLToPath(new URL('testing/open-and-close.ts', import.meta.url));

test('a closed session gives its memory back: 14 sessions that hold 20 MB each leave less than 128 MB behind', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', script]);
  const { warm, end } = JSON.parse(stdout) as { warm: number; end: number };
  expect(end - warm).toBeLessThan(128);
});
