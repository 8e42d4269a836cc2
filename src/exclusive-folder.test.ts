import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withExclusiveFolder } from './exclusive-folder.ts';
import { temporaryFolder } from './backbone/source/testing/temporary-folder.ts';

test('one piece of work runs after the other, and the one that waits says so once', async () => {
  const folder = join(await temporaryFolder(), 'store');
  const order: string[] = [];
  const notices: string[] = [];
  let begun = (): void => undefined;
  const running = new Promise<void>((resolve) => (begun = resolve));
  let finish = (): void => undefined;
  const first = withExclusiveFolder(folder, {}, async () => {
    begun();
    await new Promise<void>((resolve) => (finish = resolve));
    order.push('first');
  });
  await running;
  const second = withExclusiveFolder(
    folder,
    {
      onProgress: (event) => {
        if (event.type === 'notice') notices.push(event.text);
        finish();
      },
    },
    () => Promise.resolve(order.push('second')),
  );
  await Promise.all([first, second]);
  expect(order).toEqual(['first', 'second']);
  expect(notices).toEqual([`Another process is writing into ${folder}. Waiting for it.`]);
  expect(await readdir(folder)).toEqual([]);
});

test('waiting ends with STORE_BUSY after the given time, or when cancelled', async () => {
  const folder = await temporaryFolder();
  await withExclusiveFolder(folder, {}, async () => {
    const work = (): Promise<void> => Promise.reject(new Error('Must not run.'));
    await expect(withExclusiveFolder(folder, { waitMs: 300 }, work)).rejects.toMatchObject({
      code: 'STORE_BUSY',
    });
    const abort = new AbortController();
    const options = { signal: abort.signal, onProgress: () => abort.abort() };
    await expect(withExclusiveFolder(folder, options, work)).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

test('leftovers of killed processes are removed, other files stay, and a failure leaves nothing', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, '.regraft-abc'));
  await writeFile(join(folder, '.regraft-abc', 'part'), 'x');
  await writeFile(join(folder, 'kept'), 'x');
  const work = withExclusiveFolder(folder, {}, async (temporary) => {
    await writeFile(join(temporary, 'x'), 'x');
    throw new Error('The work failed.');
  });
  await expect(work).rejects.toThrow('The work failed.');
  expect(await readdir(folder)).toEqual(['kept']);
});
