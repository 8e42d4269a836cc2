import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { withinTime } from './within-time.ts';

const { signal } = new AbortController();

it('gives the result or the error of work that ends in time', async () => {
  expect(await withinTime(signal, 10_000, () => Promise.resolve(3))).toBe(3);
  await expect(withinTime(signal, 10_000, () => Promise.reject(new Error('bad')))).rejects.toThrow('bad');
});

it('gives up work that takes longer, and tells it', async () => {
  let told = false;
  const work = async (own: AbortSignal): Promise<void> => {
    own.addEventListener('abort', () => (told = true));
    await sleep(300);
    throw new Error('too late to be seen');
  };
  await expect(withinTime(signal, 20, work)).rejects.toMatchObject({ code: 'ANSWER_TIMED_OUT' });
  expect(told).toBe(true);
  await sleep(350);
});

it('gives up work for a client that goes, or has gone', async () => {
  const client = new AbortController();
  let told = 0;
  const work = (own: AbortSignal): Promise<void> => {
    if (own.aborted) told++;
    own.addEventListener('abort', () => told++);
    return sleep(50);
  };
  const running = withinTime(client.signal, 10_000, work);
  client.abort();
  await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
  await expect(withinTime(client.signal, 10_000, work)).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(told).toBe(2);
});
