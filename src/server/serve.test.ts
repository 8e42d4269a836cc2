import { once } from 'node:events';
import { request } from 'node:http';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import sharp from 'sharp';
import { drawPhoto } from '../../test/support/photos.ts';
import type { PredictAnswer, ReadyAnswer } from './answers.ts';
import type { ServeOptions } from './options.ts';
import { type RunningServer, serve } from './serve.ts';
import { smallModel, temporaryFolder, writeModel } from './testing/small-model.ts';

const photo = new Uint8Array(await drawPhoto('circles', 1));
const labels = ['a', 'b', 'c'];

async function startServer(options: ServeOptions = {}): Promise<RunningServer & { folder: string }> {
  const folder = await writeModel(join(await temporaryFolder(), 'signs'), smallModel(labels));
  const server = await serve(folder, { port: 0, workers: 1, ...options });
  onTestFinished(() => server.close(0));
  return { ...server, folder };
}

function predict(url: string, body: Uint8Array<ArrayBuffer> = photo): Promise<Response> {
  return fetch(`${url}v1/models/signs/predict`, { method: 'POST', body });
}

/** Writes raw bytes to a server and gives all that comes back until the connection ends. */
async function exchange(port: number, write: (socket: Socket) => unknown): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.on('error', () => undefined).on('data', (data: Buffer) => (answer += data.toString('latin1')));
  const closed = once(socket, 'close');
  await once(socket, 'connect');
  write(socket);
  await closed;
  return answer;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const head = (length: number): string =>
  `POST /v1/models/signs/predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${length}\r\n\r\n`;

it('listens on this machine alone, on a free port where 0 is asked for, and answers', async () => {
  const { url, port, models } = await startServer();
  expect(url).toBe(`http://127.0.0.1:${port}/`);
  expect(models).toMatchObject([{ name: 'signs', labels }]);
  expect((await predict(url)).status).toBe(200);
});

it('says that a port is taken, and names it', async () => {
  const { port, folder } = await startServer();
  await expect(serve(folder, { port, workers: 1 })).rejects.toMatchObject({
    code: 'CANNOT_LISTEN',
    message: `Expected to listen on 127.0.0.1:${port}, but another program listens on port ${port}.`,
    hint: 'Choose another one with --port; --port 0 takes a free one.',
  });
});

it('says that a host is not this machine', async () => {
  const { folder } = await startServer();
  await expect(serve(folder, { port: 0, host: '192.0.2.1', workers: 1 })).rejects.toMatchObject({
    code: 'CANNOT_LISTEN',
  });
});

it('frees its port when a model cannot be loaded', async () => {
  const { port, close, folder } = await startServer();
  await close();
  await expect(serve(join(folder, 'gone'), { port })).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
  const again = await serve(folder, { port, workers: 1 });
  await again.close();
});

it('is alive but not ready while its models are loaded', async () => {
  const folder = await writeModel(join(await temporaryFolder(), 'signs'), smallModel(labels));
  const port = await freePort();
  const starting = serve(folder, { port, workers: 1 });
  const seen: ReadyAnswer['status'][] = [];
  let server: RunningServer | undefined;
  void starting.then((started) => (server = started));
  while (server === undefined) {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
    if (answer !== undefined) seen.push(((await answer.json()) as ReadyAnswer).status);
    await sleep(1);
  }
  onTestFinished(() => server?.close(0));
  expect(seen[0]).toBe('loading');
  expect((await fetch(`${server.url}readyz`)).status).toBe(200);
});

it('cuts off clients that send their head or their body too slowly, and serves others meanwhile', async () => {
  const { url, port } = await startServer({ requestTimeoutMs: 600 });
  const start = performance.now();
  const slowHead = exchange(port, (socket) =>
    socket.write('POST /v1/models/signs/predict HTTP/1.1\r\nHost: '),
  );
  const slowBody = exchange(port, (socket) => {
    socket.write(head(photo.length));
    const drip = setInterval(() => socket.write('x'), 50);
    socket.on('close', () => clearInterval(drip));
  });
  expect((await predict(url)).status).toBe(200);
  expect(await slowHead).toContain('408 Request Timeout');
  expect(await slowBody).toMatch(/^$|408 Request Timeout/);
  expect(performance.now() - start).toBeLessThan(5000);
  expect((await predict(url)).status).toBe(200);
});

it('survives bodies that end early, requests that are none, and clients that go before their answer', async () => {
  const { url, port } = await startServer();
  await exchange(port, (socket) => {
    socket.write(head(photo.length));
    socket.write(photo.subarray(0, 500));
    setTimeout(() => socket.destroy(), 30);
  });
  expect(await exchange(port, (socket) => socket.write('no request\r\n\r\n'))).toContain('400 Bad Request');
  await exchange(port, (socket) => {
    socket.write(head(photo.length));
    socket.write(photo);
    socket.destroy();
  });
  expect((await predict(url)).status).toBe(200);
  const figures = await (await fetch(`${url}metrics`)).text();
  expect(figures).toContain('regraft_body_bytes 0\n');
  expect(figures).toContain('regraft_queue_waiting_photos 0\n');
});

it('lets clients that send too much finish and read why it is refused, with and without a length', async () => {
  const { url, port } = await startServer({ maxBodyBytes: 100_000 });
  const whole = new Uint8Array(8_000_000);
  const stream = new ReadableStream({
    async pull(controller) {
      await sleep(100);
      controller.enqueue(whole.subarray(0, 1_000_000));
      if (performance.now() - start > 1500) controller.close();
    },
  });
  const start = performance.now();
  for (const body of [whole, stream]) {
    const answer = await fetch(`${url}v1/models/signs/predict`, { method: 'POST', body, duplex: 'half' });
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ error: { code: 'BODY_TOO_LARGE' } });
  }
  const slow = await exchange(port, (socket) => {
    socket.write(head(whole.length));
    for (let part = 0; part < 8; part++) {
      setTimeout(() => socket.write(whole.subarray(0, 1_000_000)), part * 150);
    }
    setTimeout(() => socket.end(), 1400);
  });
  expect(slow).toContain('413 Payload Too Large');
  expect((await predict(url)).status).toBe(200);
});

it('takes models that are trained again, over and over, without a failed request', async () => {
  const { url, folder } = await startServer({ followMs: 20 });
  const probability = async (): Promise<number> => {
    const answer = await predict(url);
    expect(answer.status).toBe(200);
    return ((await answer.json()) as PredictAnswer).predictions[0]?.probability ?? NaN;
  };
  const [first] = [await probability()];
  await writeModel(folder, smallModel(labels, 0.2));
  await expect.poll(probability, { timeout: 10_000 }).not.toBe(first);
  const second = await probability();
  const seen = new Set<number>();
  let done = false;
  const clients = Array.from({ length: 4 }, async () => {
    while (!done) seen.add(await probability());
  });
  for (const scale of [1, 0.2, 1, 0.2, 1]) {
    await writeModel(folder, smallModel(labels, scale));
    await sleep(150);
  }
  await expect.poll(probability, { timeout: 10_000 }).toBe(first);
  done = true;
  await Promise.all(clients);
  expect([...seen].sort()).toEqual([first, second].sort());
});

it('keeps serving when its model is replaced by junk or deleted, and shows it in /readyz and /metrics', async () => {
  const { url, folder } = await startServer({ followMs: 20 });
  await writeModel(folder, new Uint8Array(1000));
  const ready = async (): Promise<ReadyAnswer> => (await (await fetch(`${url}readyz`)).json()) as ReadyAnswer;
  await expect
    .poll(async () => (await ready()).models[0]?.lastError?.code, { timeout: 10_000 })
    .toBe('MODEL_INVALID');
  expect((await ready()).status).toBe('ready');
  expect((await predict(url)).status).toBe(200);
  expect(await (await fetch(`${url}metrics`)).text()).toContain('regraft_model_stale{model="signs"} 1\n');
});

it('finishes what is under way when it is closed, and takes no more connections', async () => {
  const { url, port, close } = await startServer();
  const side = 6000;
  const large = new Uint8Array(
    await sharp({ create: { width: side, height: side, channels: 3, background: '#abc' } })
      .jpeg()
      .toBuffer(),
  );
  const answers = Array.from({ length: 4 }, () => predict(url, large));
  // A connection whose request has not arrived yet counts as idle, and is closed.
  await expect
    .poll(async () => (await fetch(`${url}metrics`)).text(), { interval: 5, timeout: 10_000 })
    .toContain('regraft_photos_under_way 4\n');
  const closing = close();
  await expect(once(connect(port, '127.0.0.1'), 'connect')).rejects.toThrow('ECONNREFUSED');
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  await closing;
});

it('closes connections that are kept open, and cuts off what outlives its grace', async () => {
  const { port, close } = await startServer();
  const idle = connect(port, '127.0.0.1');
  idle.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await once(idle, 'data');
  const slow = request({ port, method: 'POST', path: '/v1/models/signs/predict' });
  slow.on('error', () => undefined).write('x');
  await sleep(50);
  const start = performance.now();
  await close(300);
  const took = performance.now() - start;
  expect(took).toBeGreaterThan(250);
  expect(took).toBeLessThan(3000);
});
