import { randomUUID } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import type { RequestVariables } from './route.ts';
import type { ServerState } from './server-state.ts';

const methods = ['GET', 'HEAD', 'POST', 'OPTIONS'];

/** Gives each request an id and each answer its security headers, and counts and logs it. */
export function observeRequest({ metrics, log, options }: ServerState): MiddlewareHandler<RequestVariables> {
  return async (context, next) => {
    const start = performance.now();
    const id = requestId(context.req.header('x-request-id'));
    context.set('route', 'none');
    await next();
    const { headers, status } = context.res;
    headers.set('X-Request-Id', id);
    headers.set('X-Content-Type-Options', 'nosniff');
    headers.set('Referrer-Policy', 'no-referrer');
    headers.set('X-Frame-Options', 'DENY');
    if (options.cors.length === 0) headers.set('Cross-Origin-Resource-Policy', 'same-origin');
    if (!headers.has('Content-Security-Policy')) {
      headers.set('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'");
    }
    if (!headers.has('Cache-Control')) headers.set('Cache-Control', 'no-store');
    const { method } = context.req;
    const ms = performance.now() - start;
    const route = context.get('route');
    metrics.request(route, methods.includes(method) ? method : 'other', status, ms / 1000);
    const failed = context.get('failed') as string | undefined;
    const fields = { id, method, route, status, ms: Math.round(ms * 10) / 10, ...context.get('noted') };
    log.info(failed === undefined ? fields : { ...fields, code: failed }, 'request');
  };
}

/** Takes the id that a proxy gave, if it is one that can stand in a log and a header. */
function requestId(given: string | undefined): string {
  return given !== undefined && /^[\w.-]{1,64}$/.test(given) ? given : randomUUID();
}
