import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import type { Prediction } from '../prediction.ts';
import { type BuiltFiles, readBuiltFiles } from './web-page.ts';

/** What the browser says of one photo. */
export interface WebOutcome {
  readonly index: number;
  /** From the photo's bytes to the answer. */
  readonly ms: number;
  /** From the start of the page to a model that is ready. */
  readonly openMs: number;
  /** With all classes in `top`. */
  readonly prediction: Prediction;
}

/** What a verification server is given. */
export interface WebTask {
  /** The folder of the exported page. */
  readonly folder: string;
  /** Paths of the photos. */
  readonly photos: readonly string[];
  readonly classes: number;
  readonly onOutcome: (outcome: WebOutcome) => void;
  readonly onFailure: (message: string) => void;
}

/** A server on this computer that answers only those who know its address. */
export interface VerifyServer extends AsyncDisposable {
  readonly url: string;
}

/** Serves an exported page, the page that verifies it, and the photos, to the one browser that is told the address. */
export async function serveVerification(task: WebTask): Promise<VerifyServer> {
  const token = randomBytes(16).toString('hex');
  const pages = await readBuiltFiles('verify');
  const server = createServer((request, response) => {
    answer(request, response, `/${token}/`, pages, task).catch(() => {
      response.writeHead(500).end();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/${token}/index.html`,
    [Symbol.asyncDispose]() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  prefix: string,
  pages: BuiltFiles,
  task: WebTask,
): Promise<void> {
  const url = request.url ?? '';
  const path = url.startsWith(prefix) ? decodeURIComponent(url.slice(prefix.length)) : '';
  if (request.method === 'POST') {
    const body = await readText(request);
    response.writeHead(204).end();
    if (path === 'outcome') task.onOutcome(JSON.parse(body) as WebOutcome);
    if (path === 'failure') task.onFailure(body);
    return;
  }
  const bytes = await contentOf(path, pages, task);
  if (bytes === undefined) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { 'content-type': types[extname(path)] ?? 'application/octet-stream' }).end(bytes);
}

async function contentOf(path: string, pages: BuiltFiles, task: WebTask): Promise<Uint8Array | undefined> {
  if (path === 'task') {
    return Buffer.from(JSON.stringify({ photos: task.photos.length, classes: task.classes }));
  }
  const photo = /^photo\/(\d+)$/.exec(path)?.[1];
  if (photo !== undefined) {
    const file = task.photos[Number(photo)];
    // A photo that is gone has no bytes, which the page then says of it.
    return file === undefined ? undefined : readFile(file).catch(() => new Uint8Array(0));
  }
  const page = /^page\/([\w./-]+)$/.exec(path)?.[1];
  if (page === undefined) return pages.get(path);
  return page.includes('..') ? undefined : readFile(join(task.folder, page)).catch(() => undefined);
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.wasm': 'application/wasm',
};
