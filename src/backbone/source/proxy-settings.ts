import { downloadError } from './download-error.ts';

/** What undici's `EnvHttpProxyAgent` takes. */
export interface ProxySettings {
  readonly httpProxy: string;
  readonly httpsProxy: string;
  readonly noProxy: string;
}

/**
 * Reads `HTTPS_PROXY` (with or without `http://`) and `NO_PROXY` (names, `.domain`, `*`), in small letters or large. This machine's
 * own addresses never go through a proxy.
 *
 * @throws RegraftError `DOWNLOAD_FAILED` when `HTTPS_PROXY` is no address.
 */
export function proxySettings(address: string, env: NodeJS.ProcessEnv = process.env): ProxySettings {
  const excluded = env.no_proxy ?? env.NO_PROXY ?? '';
  return {
    // Empty, not undefined: undici would look into the environment itself. Only this machine is ever asked by plain http.
    httpProxy: '',
    httpsProxy: readProxy(address, (env.https_proxy ?? env.HTTPS_PROXY ?? '').trim()),
    noProxy: excluded.trim() === '*' ? '*' : [excluded, '127.0.0.1', 'localhost', '[::1]'].join(','),
  };
}

function readProxy(address: string, text: string): string {
  if (text === '') return '';
  const url = text.includes('://') ? text : `http://${text}`;
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url;
  // The setting may hold a password: it is not repeated.
  throw downloadError(
    address,
    'expected HTTPS_PROXY to be an address such as http://proxy:8080, found another text',
  );
}
