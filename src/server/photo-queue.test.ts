import { expect, it } from 'vitest';
import { openPhotoQueue } from './photo-queue.ts';

/** Work that ends when it is told to. */
function heldWork<T>(result: T): { work: () => Promise<T>; begun: () => boolean; end: () => void } {
  let begun = false;
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  return {
    work: async () => {
      begun = true;
      await ended;
      return result;
    },
    begun: () => begun,
    end: () => end(),
  };
}

const { signal } = new AbortController();

it('does so many photos at a time, in the order of the requests, and gives the results in the order of the photos', async () => {
  const queue = openPhotoQueue(2, 10);
  const works = ['a', 'b', 'c', 'd'].map(heldWork);
  const first = queue.run(
    works.slice(0, 3).map(({ work }) => work),
    signal,
  );
  const second = queue.run(
    works.slice(3).map(({ work }) => work),
    signal,
  );
  expect(works.map(({ begun }) => begun())).toEqual([true, true, false, false]);
  expect(queue).toMatchObject({ underWay: 2, waiting: 2 });
  works[1]?.end();
  await expect.poll(() => works[2]?.begun()).toBe(true);
  expect(works[3]?.begun()).toBe(false);
  for (const { end } of works) end();
  expect(await first).toEqual(['a', 'b', 'c']);
  expect(await second).toEqual(['d']);
  await queue.idle();
  expect(queue).toMatchObject({ underWay: 0, waiting: 0 });
});

it('refuses photos beyond its capacity and says so before a body is read, and takes them again later', async () => {
  const queue = openPhotoQueue(1, 2);
  const works = [1, 2, 3].map(heldWork);
  const running = works.map(({ work }) => queue.run([work], signal));
  expect(() => queue.checkRoom()).toThrow(expect.objectContaining({ code: 'SERVER_BUSY' }));
  await expect(queue.run([() => Promise.resolve(4)], signal)).rejects.toMatchObject({
    code: 'SERVER_BUSY',
    message: 'Expected room in the queue, but 2 of 2 photos wait already.',
  });
  for (const { end } of works) end();
  await Promise.all(running);
  queue.checkRoom();
  expect(await queue.run([() => Promise.resolve(4)], signal)).toEqual([4]);
});

it('takes a form of more photos than its capacity when nothing waits, but not behind others', async () => {
  const queue = openPhotoQueue(1, 2);
  const [first, second] = [heldWork(1), heldWork(2)];
  const many = [3, 4, 5, 6].map((value) => () => Promise.resolve(value));
  expect(await queue.run(many, signal)).toEqual([3, 4, 5, 6]);
  const running = [queue.run([first.work], signal), queue.run([second.work], signal)];
  await expect(queue.run(many, signal)).rejects.toMatchObject({ code: 'SERVER_BUSY' });
  first.end();
  second.end();
  await Promise.all(running);
});

it('drops waiting photos of an aborted request, and lets what has begun keep its place', async () => {
  const queue = openPhotoQueue(1, 5);
  const [begun, waiting] = [heldWork(1), heldWork(2)];
  const controller = new AbortController();
  const running = queue.run([begun.work, waiting.work], controller.signal);
  controller.abort();
  await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(queue).toMatchObject({ underWay: 1, waiting: 0 });
  begun.end();
  await queue.idle();
  expect(waiting.begun()).toBe(false);
});

it('goes on after a failure, which only its own request sees', async () => {
  const queue = openPhotoQueue(1, 5);
  const bad = queue.run([() => Promise.reject(new Error('bad'))], signal);
  const good = queue.run([() => Promise.resolve('good')], signal);
  await expect(bad).rejects.toThrow('bad');
  expect(await good).toEqual(['good']);
});

it('asks for the longer patience the more photos wait, from 1 second to a minute', async () => {
  const queue = openPhotoQueue(1, 5000);
  expect(queue.retryAfterSeconds()).toBe(1);
  const held = heldWork(0);
  const running = queue.run(
    Array.from({ length: 101 }, () => held.work),
    signal,
  );
  // 100 photos of the first guess, 50 ms.
  expect(queue.retryAfterSeconds()).toBe(5);
  const others = queue.run(
    Array.from({ length: 4000 }, () => held.work),
    signal,
  );
  expect(queue.retryAfterSeconds()).toBe(60);
  held.end();
  await Promise.all([running, others]);
});
