import type { Context } from 'hono';
import type { z } from 'zod';
import type { ErrorStatus } from './error-answer.ts';
import type { ServerState } from './server-state.ts';

/** What the steps before a route leave for it. */
export interface RequestVariables {
  readonly Variables: {
    /** The path as it is listed, for figures that do not grow with what clients ask for. */
    route: string;
    /** More for the line that the log gets of the request. */
    noted: Record<string, string | number>;
    /** The code of the error that was answered, if one was. */
    failed: string;
  };
}

/** One path of the server with one method. */
export interface Route {
  readonly method: 'GET' | 'POST';
  /** As hono has it: `/v1/models/:name`. */
  readonly path: string;
  /** True where no token is asked for. */
  readonly isOpen?: true;
  /** What openapi.json says of it; what is left out is not in it. */
  readonly documented?: RouteDocument;
  handle(context: Context<RequestVariables>, state: ServerState): Promise<Response> | Response;
}

/** What a route takes and answers. */
export interface RouteDocument {
  readonly id: string;
  readonly summary: string;
  readonly query?: z.ZodObject;
  /** True where photos are sent. */
  readonly takesPhotos?: 'one' | 'many';
  readonly answers: readonly RouteAnswer[];
  readonly errors: readonly Exclude<ErrorStatus, 499>[];
}

/** One answer of a route. */
export interface RouteAnswer {
  readonly status: 200 | 503;
  readonly description: string;
  readonly type: string;
  /** Of JSON answers: the name under which openapi.json lists the schema, and the schema. */
  readonly schema?: readonly [name: string, schema: z.ZodType];
}
