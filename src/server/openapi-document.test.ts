import { expect, it } from 'vitest';
import { z } from 'zod';
import { drawPhoto } from '../../test/support/photos.ts';
import { readVersion } from '../version.ts';
import { openTestApp, type TestApp } from './testing/open-test-app.ts';

interface Operation {
  readonly operationId: string;
  readonly parameters: readonly { name: string; in: string; schema: object }[];
  readonly responses: Readonly<Record<string, { content: Record<string, { schema?: { $ref: string } }> }>>;
}
interface Document {
  readonly openapi: string;
  readonly info: { readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

const photo = await drawPhoto('circles', 1);

async function readDocument(app: TestApp): Promise<Document> {
  return (await (await app.send('/openapi.json')).json()) as Document;
}

it('is OpenAPI 3.1 of this version and lists every route of the API', async () => {
  const document = await readDocument(await openTestApp());
  expect(document).toMatchObject({ openapi: '3.1.0', info: { version: readVersion() } });
  expect(Object.entries(document.paths).map(([path, operations]) => [path, Object.keys(operations)])).toEqual(
    [
      ['/v1/models', ['get']],
      ['/v1/models/{name}', ['get']],
      ['/v1/models/{name}/predict', ['post']],
      ['/v1/models/{name}/explain', ['post']],
      ['/healthz', ['get']],
      ['/readyz', ['get']],
      ['/metrics', ['get']],
    ],
  );
});

it('names every parameter of every path, and only schemas that it has', async () => {
  const document = await readDocument(await openTestApp());
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const { parameters } of Object.values(operations)) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(parameters.filter((one) => one.in === 'path').map(({ name }) => name)).toEqual(named);
    }
  }
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)];
  expect(references.length).toBeGreaterThan(10);
  for (const [, name] of references) expect(Object.keys(document.components.schemas)).toContain(name);
});

it('describes what is answered: each answer fits the schema of its path and status, and nothing more is in it', async () => {
  const app = await openTestApp({ token: 'secret-1' });
  const authorization = 'Bearer secret-1';
  const document = (await (
    await app.send('/openapi.json', { headers: { authorization } })
  ).json()) as Document;
  const form = new FormData();
  form.append('p', new File([new Uint8Array(photo)], 'a.jpg'));
  form.append('p', new File(['text'], 'b.jpg'));
  const predict = '/v1/models/signs/predict';
  const tries: (readonly [operation: string, status: number, path: string, init?: RequestInit])[] = [
    ['listModels', 200, '/v1/models'],
    ['getModel', 200, '/v1/models/signs'],
    ['getModel', 404, '/v1/models/birds'],
    ['predict', 200, predict, { method: 'POST', body: new Uint8Array(photo) }],
    ['predict', 200, predict, { method: 'POST', body: form }],
    ['predict', 400, `${predict}?top=0`, { method: 'POST', body: new Uint8Array(photo) }],
    ['predict', 401, predict, { method: 'POST', headers: { authorization: 'none' } }],
    ['predict', 413, predict, { method: 'POST', body: new Uint8Array(20_000_001) }],
    ['predict', 415, predict, { method: 'POST', body: 'text' }],
    ['predict', 422, predict, { method: 'POST', body: new Uint8Array(photo.subarray(0, 700)) }],
    ['explain', 400, '/v1/models/signs/explain?label=z', { method: 'POST', body: new Uint8Array(photo) }],
    ['healthz', 200, '/healthz'],
    ['readyz', 200, '/readyz'],
  ];
  const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
  for (const [id, status, path, init] of tries) {
    const answer = await app.send(path, { headers: { authorization }, ...init });
    expect(answer.status, `${id} ${path}`).toBe(status);
    const response = operations.find(({ operationId }) => operationId === id)?.responses[String(status)];
    const name = response?.content['application/json']?.schema?.$ref.split('/').at(-1) ?? '';
    const schema = z.fromJSONSchema(document.components.schemas[name] as never);
    const body = (await answer.json()) as Record<string, unknown>;
    expect(schema.safeParse(body).error, `${id} ${status}`).toBeUndefined();
    expect(schema.safeParse({ ...body, more: 1 }).success, `${id} ${status} with more`).toBe(false);
  }
});
