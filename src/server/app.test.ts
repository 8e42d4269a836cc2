import { join } from 'node:path';
import { Hono } from 'hono';
import { mount } from 'hono/mount';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { drawPhoto } from '../../test/support/photos.ts';
import { loadClassifier } from '../classify.ts';
import type { ModelsAnswer, PredictAnswer, ReadyAnswer } from './answers.ts';
import { createApp } from './app.ts';
import { errorOf, openTestApp } from './testing/open-test-app.ts';
import { hugePng } from './testing/huge-png.ts';
import { smallModel, temporaryFolder, writeModel } from './testing/small-model.ts';

const predict = '/v1/models/signs/predict';
const photo = await drawPhoto('circles', 1);
const other = await drawPhoto('lines', 2);

function formOf(files: readonly (readonly [name: string, bytes: Uint8Array])[]): FormData {
  const form = new FormData();
  for (const [name, bytes] of files) form.append('photos', new File([new Uint8Array(bytes)], name));
  return form;
}

describe('POST /v1/models/:name/predict', () => {
  it('answers for a raw photo what the classifier says, whatever the type of the body', async () => {
    const app = await openTestApp();
    await using classifier = await loadClassifier(app.folder, { workers: 1 });
    const expected = await classifier.classifyOne(photo, { top: 5 });
    for (const type of ['image/jpeg', 'application/octet-stream', 'application/x-www-form-urlencoded']) {
      const answer = await app.send(predict, {
        method: 'POST',
        body: photo,
        headers: { 'content-type': type },
      });
      expect(answer.status).toBe(200);
      const { predictions } = (await answer.json()) as PredictAnswer;
      expect(predictions).toEqual([
        { label: expected.label, probability: expected.probability, top: expected.top },
      ]);
    }
  });

  it('gives as many classes as top says', async () => {
    const app = await openTestApp();
    const answer = await app.send(`${predict}?top=2`, { method: 'POST', body: photo });
    expect(((await answer.json()) as PredictAnswer).predictions[0]?.top).toHaveLength(2);
  });

  it('answers for each photo of a form in their order, and a bad one does not fail the others', async () => {
    const app = await openTestApp();
    await using classifier = await loadClassifier(app.folder, { workers: 1 });
    const files = Array.from(
      { length: 20 },
      (_, index) => [`${index}.jpg`, index % 2 === 0 ? photo : other] as const,
    );
    const bad = [
      ['empty.jpg', new Uint8Array()],
      ['text.jpg', Buffer.from('no photo')],
      ['cut.jpg', photo.subarray(0, 700)],
      ['huge.png', hugePng()],
    ] as const;
    const body = formOf([...files.slice(0, 10), ...bad, ...files.slice(10)]);
    const answer = await app.send(predict, { method: 'POST', body });
    expect(answer.status).toBe(200);
    const { predictions } = (await answer.json()) as PredictAnswer;
    expect(predictions.map(({ name }) => name)).toEqual(
      [...files.slice(0, 10), ...bad, ...files.slice(10)].map(([name]) => name),
    );
    const labels = [await classifier.classifyOne(photo), await classifier.classifyOne(other)];
    expect(labels[0]?.probability).not.toBe(labels[1]?.probability);
    const good = predictions.filter(({ error }) => error === undefined);
    expect(good.map(({ probability }) => probability)).toEqual(
      files.map((_, index) => labels[index % 2]?.probability),
    );
    expect(predictions.slice(10, 14).map(({ error }) => error?.code)).toEqual([
      'PHOTO_EMPTY',
      'NOT_AN_IMAGE',
      'PHOTO_CORRUPT',
      'PHOTO_TOO_LARGE',
    ]);
    expect(predictions[10]).toMatchObject({ label: null, probability: null, top: [] });
  });

  it.each([
    ['empty', new Uint8Array(), 422, 'PHOTO_EMPTY'],
    ['no image', Buffer.from('{"photo": 1}'), 415, 'NOT_AN_IMAGE'],
    [
      'of a format that is not decoded',
      Buffer.from('BM6\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0', 'latin1'),
      415,
      undefined,
    ],
    ['truncated', photo.subarray(0, photo.length / 2), 422, 'PHOTO_CORRUPT'],
    ['of 60,000 × 60,000 pixels', hugePng(), 422, 'PHOTO_TOO_LARGE'],
  ])('refuses a raw body that is %s', async (_, body, status, code) => {
    const app = await openTestApp();
    const answer = await app.send(predict, { method: 'POST', body });
    expect(answer.status).toBe(status);
    const error = await errorOf(answer);
    if (code !== undefined) expect(error.code).toBe(code);
    expect(error.message).not.toBe('');
  });

  it('refuses photos of more pixels than --max-pixels', async () => {
    const app = await openTestApp({ maxPixels: 200 * 160 - 1 });
    const answer = await app.send(predict, { method: 'POST', body: photo });
    expect(answer.status).toBe(422);
    expect(await errorOf(answer)).toMatchObject({ code: 'PHOTO_TOO_LARGE' });
  });

  it('refuses a body of more bytes than --max-body, raw or as a form', async () => {
    const app = await openTestApp({ maxBodyBytes: photo.length });
    expect((await app.send(predict, { method: 'POST', body: photo })).status).toBe(200);
    for (const body of [Buffer.concat([photo, Buffer.of(0)]), formOf([['a.jpg', photo]])]) {
      const answer = await app.send(predict, { method: 'POST', body });
      expect(answer.status).toBe(413);
      expect(await errorOf(answer)).toMatchObject({ code: 'BODY_TOO_LARGE' });
    }
  });

  it('refuses a form of more files than 64, one that is broken, and one without files', async () => {
    const app = await openTestApp();
    const many = formOf(Array.from({ length: 65 }, (_, index) => [`${index}.jpg`, photo]));
    expect((await app.send(predict, { method: 'POST', body: many })).status).toBe(413);
    const headers = { 'content-type': 'multipart/form-data; boundary=x' };
    for (const body of ['--x\r\n', '', '--x--\r\n']) {
      const answer = await app.send(predict, { method: 'POST', body, headers });
      expect(answer.status, JSON.stringify(body)).toBe(400);
      expect(await errorOf(answer)).toMatchObject({ code: 'BODY_INVALID' });
    }
    const bare = await app.send(predict, {
      method: 'POST',
      body: 'x',
      headers: { 'content-type': 'multipart/form-data' },
    });
    expect(bare.status).toBe(400);
  });

  it.each(['top=0', 'top=x', 'top=-1', 'top=1.5', 'top=', 'tip=3'])('refuses ?%s', async (query) => {
    const app = await openTestApp();
    const answer = await app.send(`${predict}?${query}`, { method: 'POST', body: photo });
    expect(answer.status).toBe(400);
    const { code, message } = await errorOf(answer);
    expect(code).toBe('INVALID_OPTION');
    expect(message).toContain(query.startsWith('top') ? 'top' : '"tip"');
  });

  it('refuses photos with 429 and Retry-After when the queue is full, and answers all that it took', async () => {
    const app = await openTestApp({ queue: 2 });
    const big = await sharp({ create: { width: 3000, height: 3000, channels: 3, background: '#abc' } })
      .jpeg()
      .toBuffer();
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => app.send(predict, { method: 'POST', body: big })),
    );
    const statuses = answers.map(({ status }) => status);
    const refused = answers.filter(({ status }) => status === 429);
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
    expect(refused.length).toBeGreaterThan(0);
    for (const answer of refused) {
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
      expect(await errorOf(answer)).toMatchObject({ code: 'SERVER_BUSY' });
    }
    expect((await app.send(predict, { method: 'POST', body: photo })).status).toBe(200);
    expect(app.state.queue).toMatchObject({ waiting: 0, underWay: 0 });
    expect(app.state.bodies.held).toBe(0);
  });

  it('answers 504 when it takes longer than --timeout', async () => {
    const app = await openTestApp({ timeoutMs: 50 });
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    // As many as are under way at one worker, so that the photo waits.
    const before = app.state.queue.run(
      Array.from({ length: 4 }, () => () => held),
      new AbortController().signal,
    );
    const answer = await app.send(predict, { method: 'POST', body: photo });
    expect(answer.status).toBe(504);
    expect(await errorOf(answer)).toMatchObject({ code: 'ANSWER_TIMED_OUT' });
    release();
    await before;
    expect(app.state.queue).toMatchObject({ waiting: 0, underWay: 0 });
  });

  it('answers 503 while it stops', async () => {
    const app = await openTestApp();
    app.state.stopping = true;
    const answer = await app.send(predict, { method: 'POST', body: photo });
    expect(answer.status).toBe(503);
    expect(answer.headers.get('connection')).toBe('close');
    expect(await errorOf(answer)).toMatchObject({ code: 'SERVER_NOT_READY' });
    expect((await app.send('/healthz')).status).toBe(200);
    const ready = await app.send('/readyz');
    expect(ready.status).toBe(503);
    expect(((await ready.json()) as ReadyAnswer).status).toBe('stopping');
  });
});

describe('POST /v1/models/:name/explain', () => {
  it('answers with the photo as a PNG of its own size, and names the class', async () => {
    const app = await openTestApp();
    const answer = await app.send('/v1/models/signs/explain?label=b', { method: 'POST', body: photo });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('image/png');
    expect(answer.headers.get('x-regraft-label')).toBe('b');
    const { format, width, height } = await sharp(await answer.arrayBuffer()).metadata();
    expect({ format, width, height }).toEqual({ format: 'png', width: 200, height: 160 });
  });

  it('refuses a class that the model does not have, a damaged photo, and two photos', async () => {
    const app = await openTestApp();
    const explain = '/v1/models/signs/explain';
    const unknown = await app.send(`${explain}?label=z`, { method: 'POST', body: photo });
    expect(unknown.status).toBe(400);
    expect((await errorOf(unknown)).message).toContain('"z"');
    expect((await app.send(explain, { method: 'POST', body: photo.subarray(0, 700) })).status).toBe(422);
    const two = formOf([
      ['a.jpg', photo],
      ['b.jpg', other],
    ]);
    expect((await app.send(explain, { method: 'POST', body: two })).status).toBe(413);
  });
});

describe('the models', () => {
  it('are listed with their labels, and found by the names of their folders, also of other scripts', async () => {
    const folder = await temporaryFolder();
    const first = await writeModel(join(folder, '花 1'), smallModel(['a', 'b']));
    const second = await writeModel(join(folder, 'signs'), smallModel(['c', 'd', 'e']));
    await using app = await createApp([first, join(second, 'model.onnx')], { workers: 1 });
    const get = (path: string): Promise<Response> => app.fetch(new Request(`http://localhost${path}`));
    const { models } = (await (await get('/v1/models')).json()) as ModelsAnswer;
    expect(models).toMatchObject([
      {
        name: '花 1',
        labels: ['a', 'b'],
        task: 'single-label',
        input: { width: 32, height: 32 },
        accuracy: null,
      },
      { name: 'signs', labels: ['c', 'd', 'e'], backbone: 'tiny' },
    ]);
    expect(await (await get(`/v1/models/${encodeURIComponent('花 1')}`)).json()).toEqual(models[0]);
    const body = new Uint8Array(photo);
    const path = `http://localhost/v1/models/${encodeURIComponent('花 1')}/predict`;
    const answer = await app.fetch(new Request(path, { method: 'POST', body }));
    expect(['a', 'b']).toContain(((await answer.json()) as PredictAnswer).predictions[0]?.label);
    const unknown = await get('/v1/models/birds');
    expect(unknown.status).toBe(404);
    expect(await errorOf(unknown)).toEqual({
      code: 'MODEL_UNKNOWN',
      message: 'Expected the name of a model but found "birds".',
      hint: 'There is 花 1, signs.',
    });
  });

  it('need names of their own, and there must be one', async () => {
    const folder = await temporaryFolder();
    await expect(createApp([join(folder, 'x', 'm'), join(folder, 'y', 'm')])).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: 'Expected models with names of their own, but two of the folders are called "m".',
    });
    await expect(createApp([])).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    await expect(createApp(join(folder, 'gone'))).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
  });
});

describe('a token', () => {
  it('is asked for everywhere but at /healthz and the page, and is never logged', async () => {
    const app = await openTestApp({ token: 'secret-1' });
    const headers = { authorization: 'Bearer secret-1' };
    for (const path of ['/v1/models', '/v1/models/signs', '/readyz', '/metrics', '/openapi.json']) {
      const refused = await app.send(path);
      expect(refused.status, path).toBe(401);
      expect(refused.headers.get('www-authenticate')).toBe('Bearer');
      expect((await app.send(path, { headers })).status, path).toBe(200);
    }
    for (const path of ['/', '/healthz']) expect((await app.send(path)).status, path).toBe(200);
    const wrong = { authorization: 'Bearer secret-2' };
    for (const path of [predict, '/v1/models/signs/explain', '/v1/models/birds/predict']) {
      const answer = await app.send(path, { method: 'POST', body: photo, headers: wrong });
      expect(answer.status).toBe(401);
      expect(await errorOf(answer)).toMatchObject({ code: 'UNAUTHORIZED' });
    }
    expect((await app.send(predict, { method: 'POST', body: photo, headers })).status).toBe(200);
    expect(JSON.stringify(app.logged)).not.toContain('secret');
  });
});

describe('CORS', () => {
  const origin = 'https://example.org';
  const preflight = { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } };

  it('is off unless origins are given', async () => {
    const app = await openTestApp();
    expect((await app.send(predict, preflight)).headers.has('access-control-allow-origin')).toBe(false);
    expect(
      (await app.send('/v1/models', { headers: { origin } })).headers.get('cross-origin-resource-policy'),
    ).toBe('same-origin');
  });

  it('lets the pages of those origins in, whose preflight needs no token', async () => {
    const app = await openTestApp({ cors: [origin], token: 'secret-1' });
    const allowed = await app.send(predict, preflight);
    expect(allowed.status).toBe(204);
    expect(allowed.headers.get('access-control-allow-origin')).toBe(origin);
    const refused = await app.send(predict, {
      ...preflight,
      headers: { ...preflight.headers, origin: 'https://evil.org' },
    });
    expect(refused.headers.has('access-control-allow-origin')).toBe(false);
  });
});

describe('the server', () => {
  it('answers with JSON for paths it does not have and with Allow for methods a path does not take', async () => {
    const app = await openTestApp();
    const missing = await app.send('/v2/models');
    expect(missing.status).toBe(404);
    expect(await errorOf(missing)).toMatchObject({ code: 'ROUTE_UNKNOWN' });
    for (const [path, method, allow] of [
      [predict, 'GET', 'POST'],
      ['/v1/models', 'DELETE', 'GET'],
      ['/', 'POST', 'GET'],
    ] as const) {
      const answer = await app.send(path, { method });
      expect(answer.status).toBe(405);
      expect(answer.headers.get('allow')).toBe(allow);
      expect(await errorOf(answer)).toMatchObject({ code: 'METHOD_NOT_ALLOWED' });
    }
  });

  it('gives every answer an id and headers against misuse, and takes the id of a proxy', async () => {
    const app = await openTestApp();
    for (const path of ['/', '/v1/models', '/nothing']) {
      const { headers } = await app.send(path);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
      expect(headers.get('content-security-policy')).not.toContain('unsafe');
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    }
    const given = await app.send('/healthz', { headers: { 'x-request-id': 'proxy-7' } });
    expect(given.headers.get('x-request-id')).toBe('proxy-7');
    const odd = await app.send('/healthz', { headers: { 'x-request-id': 'a b"' } });
    expect(odd.headers.get('x-request-id')).not.toBe('a b"');
  });

  it('logs a line for each request, with what it took but neither content nor file names', async () => {
    const app = await openTestApp();
    const answer = await app.send(predict, { method: 'POST', body: formOf([['my-face.jpg', photo]]) });
    expect(app.logged.at(-1)).toMatchObject({
      id: answer.headers.get('x-request-id'),
      route: '/v1/models/:name/predict',
      status: 200,
      model: 'signs',
      photos: 1,
      msg: 'request',
    });
    await app.send(predict, { method: 'POST', body: 'x' });
    expect(app.logged.at(-1)).toMatchObject({ status: 415, code: 'NOT_AN_IMAGE' });
    expect(JSON.stringify(app.logged)).not.toContain('my-face');
  });

  it('counts for Prometheus', async () => {
    const app = await openTestApp();
    await app.send(predict, {
      method: 'POST',
      body: formOf([
        ['a', photo],
        ['b', Buffer.from('x')],
      ]),
    });
    await app.send(predict, { method: 'POST', body: 'x' });
    const answer = await app.send('/metrics');
    expect(answer.headers.get('content-type')).toContain('text/plain');
    const text = await answer.text();
    for (const line of [
      'regraft_http_requests_total{route="/v1/models/:name/predict",method="POST",status="200"} 1',
      'regraft_http_requests_total{route="/v1/models/:name/predict",method="POST",status="415"} 1',
      'regraft_photos_total{model="signs",outcome="classified"} 1',
      'regraft_photos_total{model="signs",outcome="unreadable"} 2',
      'regraft_rejected_total{code="NOT_AN_IMAGE"} 1',
      'regraft_model_loads_total{model="signs",outcome="loaded"} 1',
      'regraft_model_stale{model="signs"} 0',
      'regraft_queue_waiting_photos 0',
      'regraft_body_bytes 0',
    ]) {
      expect(text.split('\n')).toContain(line);
    }
    expect(text).toContain('process_resident_memory_bytes');
  });

  it('can be mounted in an app of hono', async () => {
    const { fetch } = await openTestApp();
    const outer = new Hono();
    outer.get('/', (context) => context.text('outer'));
    outer.all('/photos/*', mount(fetch));
    expect(await (await outer.request('/')).text()).toBe('outer');
    const answer = await outer.request('/photos/v1/models/signs/predict', { method: 'POST', body: photo });
    expect(((await answer.json()) as PredictAnswer).predictions).toHaveLength(1);
  });

  it('refuses options that are not allowed', async () => {
    for (const options of [{ queue: 0 }, { token: '' }, { workers: 0 }, { cors: 'x' }, { wokers: 1 }]) {
      await expect(createApp('m', options as never)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    }
  });
});
