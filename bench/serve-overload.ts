// Minutes of more requests than the server can take, with malformed ones mixed in: `npx tsx bench/serve-overload.ts [--minutes 2]`.
// Every answer is compared with what `predict` says of the photo, and the memory of the server is watched.
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { Agent, request } from 'undici';
import { loadClassifier } from '../src/classify.ts';
import type { PredictAnswer } from '../src/server/answers.ts';
import { type BenchResult, printResults } from './bench-result.ts';
import { servedPhotos } from './served-photos.ts';
import { type ServedProcess, startServed } from './served-process.ts';

const lanes = 64;
const queue = 24;

/** What the lanes have seen. */
interface Tally {
  right: number;
  wrong: number;
  refused: number;
  /** Malformed requests that were answered as they should be, and those that were not. */
  malformed: number;
  mishandled: Map<string, number>;
}

export async function benchServeOverload(minutes: number): Promise<BenchResult[]> {
  const given = await servedPhotos(60);
  if (given === undefined) return [];
  const { model, photos } = given;
  const expected: number[] = [];
  {
    await using classifier = await loadClassifier(model);
    for await (const { probability } of classifier.classify(photos)) expected.push(probability ?? NaN);
  }
  await using server = await startServed(model, ['--queue', String(queue)]);
  const path = `v1/models/${encodeURIComponent(model.split('/').at(-1) ?? '')}/predict`;
  const tally: Tally = { right: 0, wrong: 0, refused: 0, malformed: 0, mishandled: new Map() };
  const end = performance.now() + minutes * 60_000;
  const agent = new Agent({ connections: lanes });
  const bad = malformed(photos[0] ?? Buffer.of());

  const lane = async (number: number): Promise<void> => {
    for (let turn = number; performance.now() < end; turn++) {
      if (turn % 4 === 0) {
        const { name, body, headers, statuses } = bad[(turn >> 2) % bad.length] ?? bad[0]!;
        const status = await send(`${server.url}${path}`, body, headers, agent).then(({ status }) => status);
        if (statuses.includes(status) || status === 429) tally.malformed++;
        else count(tally.mishandled, `${name}: ${status}`);
        continue;
      }
      const index = turn % photos.length;
      const { status, text } = await send(`${server.url}${path}`, photos[index] ?? Buffer.of(), {}, agent);
      if (status === 429) {
        tally.refused++;
        // A client that heeds Retry-After would end the overload.
        await sleep(20);
      } else if (status === 200 && isRight(text, expected[index])) tally.right++;
      else {
        tally.wrong++;
        count(tally.mishandled, `photo: ${status}`);
      }
    }
  };
  const breaker = async (): Promise<void> => {
    while (performance.now() < end) {
      await breakOff(server, path, photos[0] ?? Buffer.of());
      await sleep(50);
    }
  };
  const memory: number[] = [];
  const watch = async (): Promise<void> => {
    while (performance.now() < end) {
      await sleep(1000);
      memory.push(await server.memoryMb());
    }
  };
  await Promise.all([...Array.from({ length: lanes }, (_, number) => lane(number)), breaker(), watch()]);
  await agent.close();
  for (const [what, times] of tally.mishandled) console.error(`  ${what} (${times} times)`);
  const alive = await fetch(`${server.url}readyz`);
  return report(tally, memory, minutes, alive.status === 200 && server.child.exitCode === null);
}

function report(tally: Tally, memory: readonly number[], minutes: number, isAlive: boolean): BenchResult[] {
  const { right, wrong, refused, malformed } = tally;
  const mishandled = [...tally.mishandled.values()].reduce((sum, times) => sum + times, 0);
  const fifth = Math.max(1, Math.floor(memory.length / 5));
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  // The first fifth fills caches and the heap.
  const [early, late] = [mean(memory.slice(fifth, 2 * fifth)), mean(memory.slice(-fifth))];
  return [
    {
      name: 'minutes of overload',
      value: minutes,
      unit: '',
      note: `${lanes} clients, a queue of ${queue} photos`,
    },
    {
      name: 'alive and ready afterwards',
      value: isAlive ? 1 : 0,
      unit: '',
      bound: { kind: 'at least', value: 1 },
    },
    { name: 'right answers', value: right, unit: '', note: 'the same probability as predict gives' },
    { name: 'wrong answers', value: wrong, unit: '', bound: { kind: 'at most', value: 0 } },
    { name: 'refused with 429', value: refused, unit: '' },
    {
      name: 'malformed requests',
      value: malformed,
      unit: '',
      note: 'refused with the status they should have, or 429',
    },
    {
      name: 'answers that should be others',
      value: mishandled,
      unit: '',
      bound: { kind: 'at most', value: 0 },
    },
    { name: 'memory, second fifth of the time', value: early, unit: 'MB' },
    { name: 'memory, last fifth', value: late, unit: 'MB' },
    { name: 'growth', value: late / early, unit: '', bound: { kind: 'at most', value: 1.1 } },
  ];
}

function isRight(text: string, expected = NaN): boolean {
  const { predictions } = JSON.parse(text) as PredictAnswer;
  return Math.abs((predictions[0]?.probability ?? NaN) - expected) < 1e-6;
}

interface Malformed {
  readonly name: string;
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  readonly statuses: readonly number[];
}

function malformed(photo: Buffer): Malformed[] {
  const form = { 'content-type': 'multipart/form-data; boundary=x' };
  const part = Buffer.from('--x\r\ncontent-disposition: form-data; name="p"; filename="p"\r\n\r\n');
  const png = Buffer.from('89504e470d0a1a0a0000000d494844520000ea600000ea60080200000000000000', 'hex');
  return [
    { name: 'empty', body: Buffer.of(), headers: {}, statuses: [422] },
    { name: 'truncated', body: photo.subarray(0, photo.length / 2), headers: {}, statuses: [422] },
    { name: 'no image', body: Buffer.alloc(50_000, 'x'), headers: {}, statuses: [415] },
    { name: 'a PNG without pixels', body: png, headers: {}, statuses: [422] },
    { name: 'too large', body: Buffer.alloc(20_000_001), headers: {}, statuses: [413] },
    { name: 'half a form', body: Buffer.concat([part, photo]), headers: form, statuses: [400] },
    {
      name: 'a form of a million parts',
      body: Buffer.from('--x\r\n\r\n\r\n'.repeat(1_000_000)),
      headers: form,
      statuses: [413],
    },
    {
      name: 'a form with a bad photo',
      body: Buffer.concat([part, Buffer.from('x\r\n'), part, photo, Buffer.from('\r\n--x--')]),
      headers: form,
      statuses: [200],
    },
  ];
}

async function send(
  url: string,
  body: Buffer,
  headers: Readonly<Record<string, string>>,
  dispatcher: Agent,
): Promise<{ status: number; text: string }> {
  try {
    const answer = await request(url, { method: 'POST', body, headers, dispatcher });
    return { status: answer.statusCode, text: await answer.body.text() };
  } catch (error) {
    // A server that answers 413 closes the connection, and the client may see that before the answer.
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (/^(ECONNRESET|EPIPE|UND_ERR_SOCKET)$/.test(code)) return { status: 413, text: '' };
    throw error;
  }
}

/** A client that goes in the middle of its photo. */
async function breakOff({ url }: ServedProcess, path: string, photo: Buffer): Promise<void> {
  const { port } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(`POST /${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${photo.length}\r\n\r\n`);
  socket.write(photo.subarray(0, photo.length / 2));
  await sleep(20);
  socket.destroy();
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const at = process.argv.indexOf('--minutes');
  printResults(await benchServeOverload(at === -1 ? 2 : Number(process.argv[at + 1])));
}
