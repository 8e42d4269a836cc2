import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * The folder of real photos for tests: `REGRAFT_DATA`, else `../shared/data` beside the project; undefined where there is none, and
 * tests that want it are skipped.
 */
export function findRealData(): string | undefined {
  const folder = process.env.REGRAFT_DATA ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));
  return existsSync(folder) ? folder : undefined;
}
