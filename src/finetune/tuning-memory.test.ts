import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const script = fileURLToPath(new URL('testing/tune-large-in-process.ts', import.meta.url));

it.each([2, 8])(
  'the memory that a fine-tuning takes is near its estimate, with %d rows at once',
  async (microBatch) => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...['--import', 'tsx', script, String(microBatch)],
    ]);
    const { peak, estimate } = JSON.parse(stdout) as { peak: number; estimate: number };
    expect(peak / estimate).toBeGreaterThan(0.5);
    expect(peak / estimate).toBeLessThan(1.2);
  },
);
