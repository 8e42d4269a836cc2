import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAdaptorServer } from '@hono/node-server';
import { errnoCode } from '../atomic-file.ts';
import { RegraftError } from '../errors.ts';
import type { ResolvedServeOptions } from './options.ts';

/** A server that takes connections. */
export interface Listening {
  readonly port: number;
  /** For clients on this machine when it listens on all addresses. */
  readonly url: string;
  /** Takes no more connections, waits so long for the answers under way, and then cuts off what is left. */
  close(graceMs: number): Promise<void>;
}

/**
 * Answers HTTP requests with a function.
 *
 * @throws RegraftError `CANNOT_LISTEN`
 */
export async function listen(
  fetch: (request: Request) => Promise<Response>,
  { host, port, requestTimeoutMs, timeoutMs }: ResolvedServeOptions,
): Promise<Listening> {
  const server = createAdaptorServer({
    fetch,
    overrideGlobalObjects: false,
    // Node takes the rest of an unread body off the connection by itself. This would reset the connection of a client that is still sending after
    // half a second, which then never sees why its photo was refused.
    autoCleanupIncoming: false,
    serverOptions: {
      headersTimeout: Math.min(requestTimeoutMs, 10_000),
      requestTimeout: requestTimeoutMs,
      keepAliveTimeout: 5000,
      // Node looks for requests that take too long only so often.
      connectionsCheckingInterval: Math.min(1000, requestTimeoutMs / 2),
    },
  }) as Server;
  // Cuts off clients that do not read their answer.
  server.timeout = timeoutMs + requestTimeoutMs;
  server.listen(port, host);
  await once(server, 'listening').catch((error: unknown) => {
    throw cannotListenError(error, host, port);
  });
  const bound = (server.address() as AddressInfo).port;
  return {
    port: bound,
    url: `http://${urlHost(host)}:${bound}/`,
    async close(graceMs) {
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
      const graceIsOver = new AbortController();
      const patience = sleep(graceMs, undefined, { signal: graceIsOver.signal }).catch(() => undefined);
      const sweep = setInterval(() => server.closeIdleConnections(), 50);
      await Promise.race([closed, patience]);
      graceIsOver.abort();
      clearInterval(sweep);
      server.closeAllConnections();
      await closed;
    },
  };
}

function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

function cannotListenError(error: unknown, host: string, port: number): RegraftError {
  const code = errnoCode(error) ?? String(error);
  const reasons: Readonly<Record<string, readonly [reason: string, hint: string]>> = {
    EADDRINUSE: [
      `another program listens on port ${port}`,
      'Choose another one with --port; --port 0 takes a free one.',
    ],
    EACCES: [
      `port ${port} needs the rights of an administrator`,
      'Choose a port of 1024 or above, and a proxy in front of it.',
    ],
    EADDRNOTAVAIL: [
      'that is no address of this machine',
      'Give --host 127.0.0.1 for this machine alone, 0.0.0.0 for all its addresses.',
    ],
    ENOTFOUND: ['no such host is known', 'Give an address of this machine with --host.'],
  };
  const [reason, hint] = reasons[code] ?? [code, 'Choose another address with --host and --port.'];
  return new RegraftError('CANNOT_LISTEN', `Expected to listen on ${host}:${port}, but ${reason}.`, {
    hint,
    cause: error,
  });
}
