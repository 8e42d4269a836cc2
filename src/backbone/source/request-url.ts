import type { Dispatcher, Response } from 'undici';
import { downloadError } from './download-error.ts';
import { proxySettings } from './proxy-settings.ts';
import { isLoopbackHttp, isSafeAddress } from './safe-address.ts';

const maxRedirects = 10;

/** Options of {@link requestUrl}. */
export interface RequestOptions {
  headers: Readonly<Record<string, string>>;
  /** Sent as `Authorization: Bearer` to the host of the address, never to one that it redirects to, nor after that. */
  token?: string | undefined;
  signal: AbortSignal;
  /** Where `HTTPS_PROXY` and `NO_PROXY` are looked up. @default process.env */
  env?: NodeJS.ProcessEnv | undefined;
  /** Takes the headers of every answer, of redirects too. */
  onHeaders?: ((headers: Response['headers']) => void) | undefined;
}

/**
 * Asks for an address with GET, through the proxy of the environment, and hands the answer to `receive`. Follows ten redirects at
 * most, and only to https; to http on this machine where the address itself is that.
 *
 * @throws RegraftError `DOWNLOAD_FAILED` for an unsafe address, a circle of redirects or too many.
 */
export async function requestUrl<T>(
  address: string,
  options: RequestOptions,
  receive: (response: Response) => Promise<T>,
): Promise<T> {
  const origin = parseAddress(address);
  if (!origin || !isSafeAddress(origin)) {
    throw downloadError(address, `expected an https address, found ${address}`);
  }
  // Loaded here, as most runs download nothing. Node 20's own fetch knows no proxies.
  const { EnvHttpProxyAgent, fetch } = await import('undici');
  const agent: Dispatcher = new EnvHttpProxyAgent(proxySettings(address, options.env));
  try {
    const visited = [origin.href];
    let { token } = options;
    for (let url = origin; ;) {
      // For good: the other host could send it home again to an address of its choice.
      if (url.origin !== origin.origin) token = undefined;
      const headers = {
        ...options.headers,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      };
      const response = await fetch(url, {
        dispatcher: agent,
        redirect: 'manual',
        signal: options.signal,
        headers,
      });
      options.onHeaders?.(response.headers);
      if (![301, 302, 303, 307, 308].includes(response.status)) return await receive(response);
      await response.body?.cancel();
      url = nextAddress(address, response, url, visited, isLoopbackHttp(origin));
      visited.push(url.href);
    }
  } finally {
    // Not `close`, which waits for an answer that nobody reads any more.
    await agent.destroy();
  }
}

function nextAddress(
  address: string,
  response: Response,
  from: URL,
  visited: readonly string[],
  loopbackAllowed: boolean,
): URL {
  const location = response.headers.get('location') ?? '';
  const next = parseAddress(location, from.href);
  if (location === '' || !next) {
    throw downloadError(address, `it redirects with ${response.status} to no address`);
  }
  if (next.protocol !== 'https:' && !(loopbackAllowed && isLoopbackHttp(next))) {
    throw downloadError(address, `expected a redirect to an https address, found ${next.href}`);
  }
  const path = [...visited, next.href].join(' → ');
  if (visited.includes(next.href)) throw downloadError(address, `it redirects in a circle: ${path}`);
  if (visited.length > maxRedirects) {
    throw downloadError(address, `it redirects more than ${maxRedirects} times: ${path}`);
  }
  return next;
}

function parseAddress(text: string, base?: string): URL | undefined {
  return URL.canParse(text, base) ? new URL(text, base) : undefined;
}
