import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** What a route answers: a body, a status with headers, or whatever a function does. */
export type Reply =
  | Uint8Array
  | string
  | { status: number; headers?: Record<string, string>; body?: Uint8Array | string }
  | ((request: IncomingMessage, response: ServerResponse) => void);

/** A server on 127.0.0.1 with one reply for each path. */
export interface WebServer {
  /** Without a slash at the end. */
  readonly url: string;
  /** Path with query → reply; what is not there is 404. */
  readonly routes: Map<string, Reply>;
  readonly requests: { path: string; headers: IncomingHttpHeaders }[];
}

/** Starts the server; it is closed when the running test ends. */
export async function startWebServer(routes: Readonly<Record<string, Reply>> = {}): Promise<WebServer> {
  const replies = new Map(Object.entries(routes));
  const requests: WebServer['requests'] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    requests.push({ path, headers: request.headers });
    const reply = replies.get(path) ?? { status: 404 };
    if (typeof reply === 'function') reply(request, response);
    else if (typeof reply === 'string' || reply instanceof Uint8Array) response.end(reply);
    else response.writeHead(reply.status, reply.headers).end(reply.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    routes: replies,
    requests,
  };
}
