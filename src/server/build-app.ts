import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { RegraftError } from '../errors.ts';
import { answerFailure } from './answer-failure.ts';
import { bearerCheck } from './bearer-token.ts';
import { observeRequest } from './observe-request.ts';
import type { PageFile } from './read-page.ts';
import type { RequestVariables, Route } from './route.ts';
import { explainRoute } from './routes/explain.ts';
import { healthzRoute } from './routes/healthz.ts';
import { metricsRoute } from './routes/metrics.ts';
import { modelRoute } from './routes/model.ts';
import { modelsRoute } from './routes/models.ts';
import { openapiRoute } from './routes/openapi.ts';
import { pageRoute } from './routes/page.ts';
import { predictRoute } from './routes/predict.ts';
import { readyzRoute } from './routes/readyz.ts';
import type { ServerState } from './server-state.ts';

const apiRoutes: readonly Route[] = [
  modelsRoute,
  modelRoute,
  predictRoute,
  explainRoute,
  healthzRoute,
  readyzRoute,
  metricsRoute,
];

/** Builds the server as a function of a request: observed, guarded, routed. */
export function buildApp(state: ServerState, page: readonly PageFile[]): Hono<RequestVariables> {
  const { options } = state;
  const app = new Hono<RequestVariables>();
  const routes = [...apiRoutes, openapiRoute(apiRoutes), ...page.map(pageRoute)];
  const checkToken = options.token === undefined ? undefined : bearerCheck(options.token);

  app.use(observeRequest(state));
  if (options.cors.length > 0) {
    const origin = options.cors.includes('*') ? '*' : [...options.cors];
    app.use(
      cors({
        origin,
        allowMethods: ['GET', 'POST'],
        exposeHeaders: ['Retry-After', 'X-Request-Id', 'X-Regraft-Label'],
        maxAge: 600,
      }),
    );
  }
  for (const route of routes) {
    app.on(route.method, route.path, (context) => {
      context.set('route', route.path);
      if (route.isOpen !== true) checkToken?.(context.req.header('authorization') ?? null);
      if (state.stopping && route.method === 'POST') throw stoppingError();
      return route.handle(context, state);
    });
  }
  for (const path of new Set(routes.map((route) => route.path))) {
    app.all(path, (context) => {
      context.set('route', path);
      const methods = routes.filter((route) => route.path === path).map(({ method }) => method);
      context.header('Allow', methods.join(', '));
      const { method } = context.req;
      throw new RegraftError('METHOD_NOT_ALLOWED', `Expected ${methods.join(' or ')} but found ${method}.`);
    });
  }
  app.notFound((context) => {
    const known = routes.filter(({ documented }) => documented !== undefined).map(({ path }) => path);
    const error = new RegraftError(
      'ROUTE_UNKNOWN',
      `Expected a path of the server but found ${context.req.path}.`,
      {
        hint: `There is ${known.join(', ')}.`,
      },
    );
    return answerFailure(error, context, state);
  });
  app.onError((error, context) => answerFailure(error, context, state));
  return app;
}

function stoppingError(): RegraftError {
  return new RegraftError('SERVER_NOT_READY', 'The server is stopping and takes no more photos.', {
    hint: 'Send it to another one, or again in a while.',
  });
}
