// Requests a second of `regraft serve` against photos a second of `predict`, on the same photos, in turns; then latencies at half of that load.
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import autocannon from 'autocannon';
import { loadClassifier } from '../src/classify.ts';
import { type BenchResult, median, printResults } from './bench-result.ts';
import { photosASecond, type ServedPhotos, servedPhotos } from './served-photos.ts';
import { startServed } from './served-process.ts';

const rounds = 3;
const roundMs = 12_000;
const connections = 10;

export async function benchServe(): Promise<BenchResult[]> {
  const given = await servedPhotos(100);
  if (given === undefined) return [];
  const predicted: number[] = [];
  const served: Saturated[] = [];
  for (let round = 0; round < rounds; round++) {
    predicted.push(await timePredict(given));
    served.push(await saturate(given));
  }
  const rate = median(served.map(({ aSecond }) => aSecond));
  const half = await halfLoad(given, rate / 2);
  const ratios = served.map(({ aSecond }, round) => aSecond / (predicted[round] ?? NaN));
  const generator = median(served.map(({ generatorShare }) => generatorShare));
  return [
    { name: 'predict', value: median(predicted), unit: 'photos a second', note: 'library, all cores' },
    {
      name: 'server at saturation',
      value: rate,
      unit: 'requests a second',
      note: `autocannon, ${connections} connections, a photo each; it takes ${(generator * 100).toFixed(1)} % of the machine itself`,
    },
    {
      name: 'server against predict',
      value: median(ratios),
      unit: '',
      bound: { kind: 'at least', value: 0.8 },
      note: `median of ${rounds} rounds of ${roundMs / 1000} s in turns; the generator's cost is not subtracted`,
    },
    { name: 'p50 at saturation', value: median(served.map(({ p50 }) => p50)), unit: 'ms' },
    { name: 'p99 at saturation', value: median(served.map(({ p99 }) => p99)), unit: 'ms' },
    {
      name: 'p50 at half load',
      value: half.p50,
      unit: 'ms',
      note: `${half.count} requests at a fixed ${(rate / 2).toFixed(1)} a second, from when each was due`,
    },
    { name: 'p99 at half load', value: half.p99, unit: 'ms' },
    {
      name: 'p99 against p50 at half load',
      value: half.p99 / half.p50,
      unit: '',
      bound: { kind: 'at most', value: 2 },
    },
  ];
}

interface Saturated {
  readonly aSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** The share of all cores that this process took, which sends the requests. */
  readonly generatorShare: number;
}

async function timePredict({ model, photos }: ServedPhotos): Promise<number> {
  await using classifier = await loadClassifier(model);
  await photosASecond(classifier, photos, 1000);
  return await photosASecond(classifier, photos, roundMs);
}

async function saturate({ model, photos }: ServedPhotos): Promise<Saturated> {
  await using server = await startServed(model);
  const load = (durationMs: number): Promise<autocannon.Result> =>
    autocannon({
      url: `${server.url}v1/models/${modelName(model)}/predict`,
      connections,
      duration: durationMs / 1000,
      requests: photos.map((body) => ({ method: 'POST', body })),
    });
  await load(1000);
  const before = process.cpuUsage();
  const start = performance.now();
  const { latency, requests, non2xx, errors } = await load(roundMs);
  const elapsed = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  if (non2xx + errors > 0) throw new Error(`${non2xx} requests were refused and ${errors} failed.`);
  const { availableParallelism } = await import('node:os');
  return {
    aSecond: (requests.total * 1000) / elapsed,
    p50: latency.p50,
    p99: latency.p99,
    generatorShare: (user + system) / 1000 / elapsed / availableParallelism(),
  };
}

// At a fixed rate whatever the answers do, and each latency from the moment when its request was due: a server that stalls is not spared the
// requests that it would have had meanwhile.
async function halfLoad(
  { model, photos }: ServedPhotos,
  rate: number,
): Promise<{ p50: number; p99: number; count: number }> {
  await using server = await startServed(model);
  const agent = new Agent({ keepAlive: true });
  const url = `${server.url}v1/models/${modelName(model)}/predict`;
  const send = async (count: number): Promise<number[]> => {
    const start = performance.now();
    const sent: Promise<number>[] = [];
    for (let index = 0; index < count; index++) {
      const due = start + (index * 1000) / rate;
      await sleep(Math.max(0, due - performance.now()));
      sent.push(
        post(url, photos[index % photos.length] ?? Buffer.of(), agent).then(() => performance.now() - due),
      );
    }
    return Promise.all(sent);
  };
  await send(30);
  const latencies = (await send(Math.round(rate * 30))).sort((a, b) => a - b);
  agent.destroy();
  const at = (share: number): number =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? NaN;
  return { p50: at(0.5), p99: at(0.99), count: latencies.length };
}

function post(url: string, body: Buffer, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      { method: 'POST', agent, headers: { 'content-length': body.length } },
      (answer) => {
        answer.resume().on('end', () => {
          if (answer.statusCode === 200) resolve();
          else reject(new Error(`status ${answer.statusCode}`));
        });
      },
    );
    sent.on('error', reject).end(body);
  });
}

function modelName(model: string): string {
  return encodeURIComponent(model.split('/').at(-1) ?? '');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) printResults(await benchServe());
