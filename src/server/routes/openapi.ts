import { describeApi } from '../openapi-document.ts';
import type { Route } from '../route.ts';

/** Gives the OpenAPI document of some routes. */
export function openapiRoute(routes: readonly Route[]): Route {
  let text: string | undefined;
  return {
    method: 'GET',
    path: '/openapi.json',
    handle(context) {
      text ??= JSON.stringify(describeApi(routes));
      return context.body(text, 200, { 'content-type': 'application/json' });
    },
  };
}
