import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A server on 127.0.0.1 that gives one file and can be made to misbehave. */
export interface FileServer {
  readonly url: string;
  readonly etag: string;
  /** The Range header of every request. */
  readonly ranges: (string | undefined)[];
  /** While set, half of the file is sent and the rest never. */
  hold: boolean;
  /** Breaks the connections whose answers are held. */
  breakHeld: () => void;
  supportsRanges: boolean;
  tellsLength: boolean;
  /** While set, every request gets this status. */
  status: number | undefined;
}

/** Starts the server; it is closed when the running test ends. */
export async function startFileServer(data: Uint8Array): Promise<FileServer> {
  const etag = '"version-1"';
  const held = new Set<Socket>();
  const ranges: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    ranges.push(request.headers.range);
    if (state.status !== undefined) {
      response.writeHead(state.status).end();
      return;
    }
    const same = state.supportsRanges && request.headers['if-range'] === etag;
    const from = same ? Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0) : 0;
    const body = data.subarray(from);
    response.writeHead(from > 0 ? 206 : 200, {
      etag,
      ...(state.tellsLength ? { 'content-length': body.length } : {}),
      ...(from > 0 ? { 'content-range': `bytes ${from}-${data.length - 1}/${data.length}` } : {}),
    });
    const half = body.subarray(0, Math.ceil(body.length / 2));
    if (state.hold) {
      response.write(half);
      held.add(request.socket);
    } else {
      response.end(body);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/file.tgz`;
  const state: FileServer = {
    url,
    etag,
    ranges,
    hold: false,
    breakHeld: () => {
      for (const socket of held) socket.destroy();
      held.clear();
    },
    supportsRanges: true,
    tellsLength: true,
    status: undefined,
  };
  return state;
}
