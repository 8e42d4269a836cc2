import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RegraftError } from '../errors.ts';
import { findBrowser } from './web-browser.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'regraft-browsers-'));
  for (const name of ['chromium', 'google-chrome', 'my-browser']) {
    await writeFile(join(folder, name), '');
    await chmod(join(folder, name), 0o755);
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the browser is', () => {
  it('the first known one on the PATH', async () => {
    expect(await findBrowser({ PATH: `/nowhere:${folder}` }, 'linux')).toBe(join(folder, 'chromium'));
  });

  it('that of REGRAFT_CHROMIUM, by path or by name', async () => {
    const path = join(folder, 'my-browser');
    expect(await findBrowser({ PATH: folder, REGRAFT_CHROMIUM: path }, 'linux')).toBe(path);
    expect(await findBrowser({ PATH: folder, REGRAFT_CHROMIUM: 'my-browser' }, 'linux')).toBe(path);
  });

  it.each([
    ['REGRAFT_CHROMIUM names none', { REGRAFT_CHROMIUM: '/nowhere/chrome', PATH: '' }, /\/nowhere\/chrome/],
    ['there is none', { PATH: '/nowhere', HOME: '/nowhere' }, /Expected Chromium, Chrome or Edge/],
  ])('an error that says what to do where %s', async (_, environment, message) => {
    // macOS, as only there all the usual places lie below HOME or /Applications, which Linux lacks.
    const error: unknown = await findBrowser(
      environment,
      process.platform === 'darwin' ? 'linux' : 'darwin',
    ).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RegraftError);
    expect(error).toMatchObject({
      code: 'BROWSER_MISSING',
      message: expect.stringMatching(message) as string,
    });
    expect((error as RegraftError).hint).toMatch(/REGRAFT_CHROMIUM|program file/);
  });
});
