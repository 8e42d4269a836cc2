import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { create } from 'tar';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from './temporary-folder.ts';

/** An npm registry on 127.0.0.1 with one package. */
export interface LocalRegistry {
  /** Environment under which npm uses this registry and no other setting of this machine. */
  readonly env: NodeJS.ProcessEnv;
  /** How often the tarball was asked for. */
  downloads: number;
  /** While set, half of the tarball is sent and the rest never. */
  hold: boolean;
  /** Resolves when a held answer has sent its half. */
  readonly held: Promise<void>;
  /** Resolves when the one who got half has gone. */
  readonly dropped: Promise<void>;
  /** While set, every request gets this status. */
  status: number | undefined;
}

/** Packs files as npm does, under `package/`, and gives the path of the .tgz. */
export async function packFiles(
  files: Readonly<Record<string, Uint8Array | string>>,
  root = 'package',
): Promise<string> {
  const folder = await temporaryFolder();
  for (const [path, data] of Object.entries(files)) {
    const file = join(folder, root, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, data);
  }
  const archive = join(folder, 'archive.tgz');
  await create({ cwd: folder, file: archive, gzip: { level: 1 }, portable: true }, [root]);
  return archive;
}

/** Starts a registry that carries one package; it is closed when the running test ends. */
export async function startRegistry(
  name: string,
  version: string,
  files: Readonly<Record<string, Uint8Array | string>>,
): Promise<LocalRegistry> {
  const manifest = JSON.stringify({ name, version });
  const tarball = await readFile(await packFiles({ 'package.json': manifest, ...files }));
  const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
  let resolveHeld = (): void => undefined;
  const held = new Promise<void>((resolve) => (resolveHeld = resolve));
  let resolveDropped = (): void => undefined;
  const dropped = new Promise<void>((resolve) => (resolveDropped = resolve));
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '');
    if (registry.status !== undefined) {
      response
        .writeHead(registry.status, { 'content-type': 'application/json' })
        .end('{"error":"refused by the test"}');
    } else if (path === `/${name}`) {
      const dist = { tarball: `${url}tarball.tgz`, integrity };
      const packument = {
        name,
        'dist-tags': { latest: version },
        versions: { [version]: { name, version, dist } },
      };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(packument));
    } else if (path === '/tarball.tgz') {
      registry.downloads++;
      response.writeHead(200, { 'content-length': tarball.length });
      if (registry.hold) {
        response.on('close', () => resolveDropped());
        response.write(tarball.subarray(0, tarball.length / 2), () => resolveHeld());
      } else response.end(tarball);
    } else {
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"not found"}');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const registry: LocalRegistry = {
    env: npmEnvironment(url),
    downloads: 0,
    hold: false,
    held,
    dropped,
    status: undefined,
  };
  return registry;
}

/** The environment in which npm uses the given registry, without retries. */
export function npmEnvironment(registryUrl: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    REGRAFT_OFFLINE: '',
    NO_PROXY: '127.0.0.1',
    npm_config_noproxy: '127.0.0.1',
    npm_config_registry: registryUrl,
    npm_config_userconfig: '/nonexistent/npmrc',
    npm_config_fetch_retries: '0',
  };
}
