import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { downloadFile } from './download-file.ts';
import { proxySettings } from './proxy-settings.ts';
import { type Reply, startWebServer } from './testing/web-server.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const data = randomBytes(10_000);
const options = { maxBytes: 1e6, retryDelaysMs: [] };

function redirect(location: string, status = 302): Reply {
  return { status, headers: { location } };
}

test.each([301, 302, 303, 307, 308])(
  'a redirect with %i is followed, also to a relative address',
  async (status) => {
    const server = await startWebServer({ '/a/b': redirect('c', status), '/a/c': data });
    const destination = join(await temporaryFolder(), 'file');
    await downloadFile(`${server.url}/a/b`, destination, options);
    expect(await readFile(destination)).toEqual(data);
  },
);

test('a token is sent to the host of the address, and not to the one that it redirects to', async () => {
  const other = await startWebServer({ '/file': data });
  const server = await startWebServer({ '/a': redirect('/b'), '/b': redirect(`${other.url}/file`) });
  const destination = join(await temporaryFolder(), 'file');
  await downloadFile(`${server.url}/a`, destination, { ...options, token: 'secret' });
  expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
    'Bearer secret',
    'Bearer secret',
  ]);
  expect(other.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
});

test('a token does not come back with a redirect that leads away and home again', async () => {
  const server = await startWebServer({ '/b': data });
  const other = await startWebServer({ '/x': redirect(`${server.url}/b`) });
  server.routes.set('/a', redirect(`${other.url}/x`));
  const destination = join(await temporaryFolder(), 'file');
  await downloadFile(`${server.url}/a`, destination, { ...options, token: 'secret' });
  expect(server.requests.map(({ path, headers }) => [path, headers.authorization])).toEqual([
    ['/a', 'Bearer secret'],
    ['/b', undefined],
  ]);
});

test.each([
  ['plain http elsewhere', { '/a': redirect('http://example.org/x') }, 'found http://example.org/x'],
  ['a file', { '/a': redirect('file:///etc/passwd') }, 'found file:///etc/passwd'],
  ['nowhere', { '/a': { status: 302 } }, 'it redirects with 302 to no address'],
  ['itself', { '/a': redirect('/a') }, 'it redirects in a circle: <url>/a → <url>/a'],
  [
    'a circle',
    { '/a': redirect('/b'), '/b': redirect('/c'), '/c': redirect('/b') },
    'in a circle: <url>/a → <url>/b → <url>/c → <url>/b',
  ],
])('a redirect to %s is refused at once', async (_, routes: Record<string, Reply>, reason) => {
  const server = await startWebServer(routes);
  const destination = join(await temporaryFolder(), 'file');
  const patient = { ...options, retryDelaysMs: [60_000] };
  await expect(downloadFile(`${server.url}/a`, destination, patient)).rejects.toMatchObject({
    code: 'DOWNLOAD_FAILED',
    message: expect.stringContaining(reason.replaceAll('<url>', server.url)) as string,
  });
  expect(new Set(server.requests.map(({ path }) => path))).toEqual(new Set(Object.keys(routes)));
});

test.each([
  [10, true],
  [11, false],
])('%i redirects in a row are followed: %s', async (count, followed) => {
  const steps = Array.from({ length: count }, (_, index): [string, Reply] => [
    `/${index}`,
    redirect(`/${index + 1}`),
  ]);
  const server = await startWebServer({ ...Object.fromEntries(steps), [`/${count}`]: data });
  const destination = join(await temporaryFolder(), 'file');
  const running = downloadFile(`${server.url}/0`, destination, options);
  if (followed) await running;
  else await expect(running).rejects.toThrow('it redirects more than 10 times: ');
  expect(server.requests).toHaveLength(11);
});

test('the settings of the proxy are read, and this machine is never reached through one', () => {
  const own = '127.0.0.1,localhost,[::1]';
  expect(proxySettings('x', {})).toEqual({ httpProxy: '', httpsProxy: '', noProxy: `,${own}` });
  expect(proxySettings('x', { HTTPS_PROXY: 'proxy:8080', NO_PROXY: '.corp' })).toEqual({
    httpProxy: '',
    httpsProxy: 'http://proxy:8080',
    noProxy: `.corp,${own}`,
  });
  expect(proxySettings('x', { https_proxy: 'https://p', HTTPS_PROXY: 'q', no_proxy: '*' })).toEqual({
    httpProxy: '',
    httpsProxy: 'https://p',
    noProxy: '*',
  });
});

test.each(['socks5://user:secret@proxy', 'http://user:secret@'])(
  'HTTPS_PROXY=%s is refused without repeating the password',
  (text) => {
    expect(() => proxySettings('https://h/x', { HTTPS_PROXY: text })).toThrow(
      expect.objectContaining({
        code: 'DOWNLOAD_FAILED',
        message:
          'Could not download https://h/x: expected HTTPS_PROXY to be an address such as http://proxy:8080, found another text.',
      }),
    );
  },
);
