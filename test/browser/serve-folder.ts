import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';

/** A plain static web server, as any host of pages is. */
export interface FolderServer extends AsyncDisposable {
  /** With a slash at the end. */
  readonly url: string;
  /** Paths that were asked for. */
  readonly requests: string[];
}

/** Serves a folder on this computer; files of `extra` lie beside its own, and `headers` go with all answers. */
export async function serveFolder(
  folder: string,
  extra: ReadonlyMap<string, Uint8Array> = new Map(),
  headers: Readonly<Record<string, string>> = {},
): Promise<FolderServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent((request.url ?? '/').split('?')[0] ?? '/').slice(1);
    requests.push(path);
    const name = path === '' || path.endsWith('/') ? `${path}index.html` : path;
    const content = extra.get(name) ?? readFile(join(folder, name));
    Promise.resolve(content).then(
      (bytes) =>
        response
          .writeHead(200, { 'content-type': types[extname(name)] ?? 'application/octet-stream', ...headers })
          .end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    requests,
    [Symbol.asyncDispose]() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
};
