import { z } from 'zod';
import { readVersion } from '../version.ts';
import { errorAnswer } from './answers.ts';
import type { Route, RouteDocument } from './route.ts';

type Json = Readonly<Record<string, unknown>>;

const errorTexts = {
  400: 'A parameter has a value that is not allowed, or the body is broken.',
  401: 'The bearer token is missing or wrong.',
  404: 'No model of that name is served.',
  405: 'The path does not take that method.',
  413: 'The body has more bytes, or the form more photos, than the server takes.',
  415: 'The body is no image, or an image of a format that is not decoded.',
  422: 'The photo is empty, damaged, or has too many pixels; or the model cannot be explained.',
  429: 'The queue is full: send it again after the seconds of Retry-After.',
  500: 'The server failed.',
  503: 'The model is being loaded, or the server is stopping.',
  504: 'The answer took too long.',
} as const;

/** Writes the OpenAPI 3.1 document of some routes, from the schemas that their answers and queries have. */
export function describeApi(routes: readonly Route[]): Json {
  const schemas: Record<string, unknown> = { Error: jsonSchema(errorAnswer, 'output') };
  const paths: Record<string, Record<string, unknown>> = {};
  for (const { path, method, isOpen, documented } of routes) {
    if (documented === undefined) continue;
    for (const { schema } of documented.answers) {
      if (schema !== undefined) schemas[schema[0]] = jsonSchema(schema[1], 'output');
    }
    (paths[path.replace(/:(\w+)/g, '{$1}')] ??= {})[method.toLowerCase()] = {
      operationId: documented.id,
      summary: documented.summary,
      parameters: [...pathParameters(path), ...queryParameters(documented)],
      ...(documented.takesPhotos !== undefined && { requestBody: photoBody(documented.takesPhotos) }),
      responses: { ...answers(documented), ...errors(documented) },
      ...(isOpen === true && { security: [] }),
    };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Regraft',
      version: readVersion(),
      description: 'Classifies photos with models that `regraft train` made.',
    },
    paths,
    components: { schemas, securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    // Either a token or none: whether one is asked for is up to who starts the server.
    security: [{ token: [] }, {}],
  };
}

function pathParameters(path: string): Json[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function queryParameters({ query }: RouteDocument): Json[] {
  if (query === undefined) return [];
  const { properties = {} } = jsonSchema(query, 'input') as { properties?: Record<string, Json> };
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    required: false,
    description,
    schema,
  }));
}

function photoBody(takes: 'one' | 'many'): Json {
  const raw = { 'image/*': {}, 'application/octet-stream': {} };
  const file = { type: 'string', contentMediaType: 'application/octet-stream' };
  const form = {
    'multipart/form-data': {
      schema: { type: 'object', additionalProperties: { type: 'array', items: file } },
    },
  };
  return {
    required: true,
    description: 'The bytes of a JPEG, PNG, WebP, AVIF, GIF or TIFF file; its format is told by its content.',
    content: takes === 'many' ? { ...raw, ...form } : raw,
  };
}

function answers({ answers }: RouteDocument): Json {
  return Object.fromEntries(
    answers.map(({ status, description, type, schema }) => [
      status,
      { description, content: { [type]: schema === undefined ? {} : { schema: reference(schema[0]) } } },
    ]),
  );
}

function errors({ errors }: RouteDocument): Json {
  return Object.fromEntries(
    errors.map((status) => [
      status,
      {
        description: errorTexts[status],
        ...(status === 429 && {
          headers: { 'Retry-After': { description: 'Seconds.', schema: { type: 'integer' } } },
        }),
        content: { 'application/json': { schema: reference('Error') } },
      },
    ]),
  );
}

function reference(name: string): Json {
  return { $ref: `#/components/schemas/${name}` };
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const written: Record<string, unknown> = z.toJSONSchema(schema, { target: 'draft-2020-12', io });
  // The document says once, by its version, which dialect its schemas are of.
  delete written.$schema;
  return written;
}
