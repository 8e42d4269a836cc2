import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { temporaryFolder } from './testing/temporary-folder.ts';

const script = fileURLToPath(new URL('testing/extract-in-process.ts', import.meta.url));

async function peakMbFor(count: number): Promise<number> {
  const args = ['--import', 'tsx', script, await temporaryFolder(), String(count)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const { computed, peakMb } = JSON.parse(stdout) as { computed: number; peakMb: number };
  expect(computed).toBe(count);
  return peakMb;
}

it('memory does not grow with the number of photos: 240 more of 0.6 MB take less than 60 MB more', async () => {
  const few = await peakMbFor(60);
  expect((await peakMbFor(300)) - few).toBeLessThan(60);
});
