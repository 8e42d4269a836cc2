import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { bodyBudget } from './body-budget.ts';
import { readBody } from './read-body.ts';

function post(
  body: ReadableStream | Uint8Array<ArrayBuffer> | null,
  headers: Record<string, string> = {},
): Request {
  return new Request('http://localhost/', { method: 'POST', body, headers, duplex: 'half' });
}

/** A body in chunks that counts how many of them were asked for. */
function chunked(
  chunks: readonly Uint8Array[],
  error?: Error,
): { body: ReadableStream; asked: () => number } {
  let asked = 0;
  const body = new ReadableStream(
    {
      pull(controller) {
        const chunk = chunks[asked++];
        if (chunk !== undefined) controller.enqueue(chunk);
        else if (error === undefined) controller.close();
        else controller.error(error);
      },
    },
    { highWaterMark: 0 },
  );
  return { body, asked: () => asked };
}

it('reads a body of several chunks and counts its bytes until it is disposed of', async () => {
  const budget = bodyBudget(100);
  const body = await readBody(post(chunked([Uint8Array.of(1, 2), Uint8Array.of(3)]).body), 3, budget);
  expect([...body.bytes]).toEqual([1, 2, 3]);
  expect(budget.held).toBe(3);
  body[Symbol.dispose]();
  expect(budget.held).toBe(0);
});

it('gives no bytes for a request without a body', async () => {
  const body = await readBody(post(null), 3, bodyBudget(100));
  expect(body.bytes).toEqual(new Uint8Array());
});

it('refuses a body that says it is too large before a byte of it is read', async () => {
  const { body, asked } = chunked([new Uint8Array(10)]);
  await expect(
    readBody(post(body, { 'content-length': '101' }), 100, bodyBudget(1000)),
  ).rejects.toMatchObject({
    code: 'BODY_TOO_LARGE',
    message: 'Expected a body of at most 100 bytes but found 101.',
  });
  expect(asked()).toBe(0);
});

it('refuses a body that does not say its size once it is too large, holds nothing of it, and lets its client finish', async () => {
  const budget = bodyBudget(1000);
  const { body, asked } = chunked(Array.from({ length: 50 }, () => new Uint8Array(40)));
  await expect(readBody(post(body), 100, budget)).rejects.toMatchObject({ code: 'BODY_TOO_LARGE' });
  expect(budget.held).toBe(0);
  await expect.poll(asked).toBe(51);
});

it('gives up a body without an end', async () => {
  const { body, asked } = chunked(Array.from({ length: 500 }, () => new Uint8Array(1_000_000)));
  await expect(readBody(post(body), 100, bodyBudget(1000))).rejects.toMatchObject({ code: 'SERVER_BUSY' });
  await expect.poll(asked).toBe(65);
  await sleep(50);
  expect(asked()).toBe(65);
});

it('says that a body ended early, and holds nothing of it', async () => {
  const budget = bodyBudget(1000);
  const { body } = chunked([new Uint8Array(40)], new Error('aborted'));
  await expect(readBody(post(body), 100, budget)).rejects.toMatchObject({ code: 'BODY_INVALID' });
  expect(budget.held).toBe(0);
});

it('refuses bodies that together are more than may be held', async () => {
  const budget = bodyBudget(100);
  const first = await readBody(post(new Uint8Array(60)), 80, budget);
  await expect(readBody(post(new Uint8Array(60)), 80, budget)).rejects.toMatchObject({ code: 'SERVER_BUSY' });
  expect(budget.held).toBe(60);
  first[Symbol.dispose]();
  const second = await readBody(post(new Uint8Array(60)), 80, budget);
  expect(second.bytes.length).toBe(60);
});
