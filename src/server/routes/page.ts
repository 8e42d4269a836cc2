import type { PageFile } from '../read-page.ts';
import type { Route } from '../route.ts';

/** What the page may do: its own scripts and styles, and this server; photos that it shows; the camera. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "font-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Gives a file of the page to try the server. It holds no secret, so no token is asked for: a browser could not send one. */
export function pageRoute({ path, type, bytes }: PageFile): Route {
  return {
    method: 'GET',
    path,
    isOpen: true,
    handle(context) {
      return context.body(bytes as Uint8Array<ArrayBuffer>, 200, {
        'content-type': type,
        'content-security-policy': policy,
        'permissions-policy': 'camera=(self)',
        // Names of built files hold their hash; index.html must be asked for again.
        'cache-control': path === '/' ? 'no-cache' : 'public, max-age=86400',
      });
    },
  };
}
