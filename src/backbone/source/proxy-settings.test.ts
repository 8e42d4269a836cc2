import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { FetchedNetwork } from './fetched-network.ts';
import { makeCertificate } from './testing/certificate.ts';
import { type Proxy, startProxy } from './testing/proxy.ts';
import { startScript } from './testing/run-process.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const content = randomBytes(50_000);
const source = 'https://networks.test/net.onnx';

// Node reads which certificates it trusts only when it starts.
async function fetchBehind(
  proxy: (url: string) => NodeJS.ProcessEnv,
  status?: number,
): Promise<{ proxy: Proxy; result: FetchedNetwork & { code?: string; message?: string } }> {
  const [home, certificate] = [await temporaryFolder(), makeCertificate('networks.test')];
  const trusted = join(home, 'cert.pem');
  await writeFile(trusted, certificate.cert);
  const running = await startProxy(certificate, content);
  running.status = status;
  const env = { NODE_EXTRA_CA_CERTS: trusted, ...proxy(running.url) };
  const { stdout } = await startScript('fetch-in-process.ts', [home, source], env).ended;
  const result = JSON.parse(stdout) as FetchedNetwork;
  if (stdout.includes('"path"')) expect(await readFile(result.path)).toEqual(content);
  return { proxy: running, result };
}

test('a download goes through the proxy of HTTPS_PROXY, with its user and password', async () => {
  const { proxy, result } = await fetchBehind((url) => ({
    HTTPS_PROXY: url.replace('://', '://user:pass@'),
    NO_PROXY: 'example.org,.corp',
  }));
  expect(result.code).toBeUndefined();
  expect(proxy.connects).toEqual([
    { host: 'networks.test:443', authorization: `Basic ${Buffer.from('user:pass').toString('base64')}` },
  ]);
});

test('a host of NO_PROXY is asked directly', async () => {
  const { proxy, result } = await fetchBehind((url) => ({ https_proxy: url, no_proxy: '.test' }));
  // There is no such host, which only a direct look-up finds out.
  expect(result).toMatchObject({
    code: 'DOWNLOAD_FAILED',
    message: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/) as string,
  });
  expect(proxy.connects).toEqual([]);
});

test('a proxy that refuses is named with its answer, without its password', async () => {
  const { result } = await fetchBehind(
    (url) => ({ HTTPS_PROXY: url.replace('://', '://user:secret@') }),
    407,
  );
  expect(result).toMatchObject({
    code: 'DOWNLOAD_FAILED',
    message: `Could not download ${source}: the proxy of HTTPS_PROXY answered 407.`,
  });
});
