import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:https';
import { onTestFinished } from 'vitest';
import type { Certificate } from './certificate.ts';

/** A proxy on 127.0.0.1 behind which one https server stands, whatever host is asked for. */
export interface Proxy {
  readonly url: string;
  /** Every CONNECT: `<host>:<port>`, and the Proxy-Authorization header. */
  readonly connects: { host: string; authorization: string | undefined }[];
  /** While set, every CONNECT gets this status. */
  status: number | undefined;
}

/** Starts the proxy and the server behind it, which answers every path with `body`; both are closed when the running test ends. */
export async function startProxy(certificate: Certificate, body: Uint8Array): Promise<Proxy> {
  const sockets = new Set<Socket>();
  const target = createTlsServer(certificate, (_, response) => void response.end(body));
  const proxy = createServer((_, response) => void response.writeHead(400).end());
  proxy.on('connect', (request, socket: Socket) => {
    state.connects.push({ host: request.url ?? '', authorization: request.headers['proxy-authorization'] });
    sockets.add(socket);
    socket.on('error', () => undefined);
    if (state.status !== undefined) {
      socket.end(`HTTP/1.1 ${state.status} Refused\r\n\r\n`);
      return;
    }
    const tunnel = connect((target.address() as AddressInfo).port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      tunnel.pipe(socket).pipe(tunnel);
    });
    tunnel.on('error', () => socket.destroy());
    sockets.add(tunnel);
  });
  for (const server of [target, proxy]) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  }
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    for (const server of [proxy, target]) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });
  const state: Proxy = {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    connects: [],
    status: undefined,
  };
  return state;
}
