import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { BodyBudget } from './body-budget.ts';
import type { ModelList } from './model-list.ts';
import type { PhotoQueue } from './photo-queue.ts';

/** What a server counts; docs/serving.md lists it. */
export interface ServerMetrics {
  request(route: string, method: string, status: number, seconds: number): void;
  photo(model: string, outcome: 'classified' | 'unreadable', seconds: number): void;
  /** A request that was not answered with success, by the code of its error. */
  rejected(code: string): void;
  load(model: string, outcome: 'loaded' | 'failed'): void;
  /** All figures in the text format of Prometheus. */
  text(): Promise<string>;
  readonly contentType: string;
}

const seconds = [0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.2, 0.35, 0.5, 1, 2, 5, 10, 30];

/** Opens counters of their own, which no other server of the process shares. */
export function openMetrics(queue: PhotoQueue, bodies: BodyBudget, { models }: ModelList): ServerMetrics {
  const registry = new Registry();
  const registers = [registry];
  const name = (rest: string): string => `regraft_${rest}`;
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: name('http_requests_total'),
    help: 'Requests that were answered.',
    labelNames: ['route', 'method', 'status'],
    registers,
  });
  const latency = new Histogram({
    name: name('http_request_seconds'),
    help: 'From the head of a request to its answer.',
    labelNames: ['route'],
    buckets: seconds,
    registers,
  });
  const photos = new Counter({
    name: name('photos_total'),
    help: 'Photos that were looked at.',
    labelNames: ['model', 'outcome'],
    registers,
  });
  const photoTime = new Histogram({
    name: name('photo_seconds'),
    help: 'Decoding and inference of a photo, without its time in the queue.',
    labelNames: ['model'],
    buckets: seconds,
    registers,
  });
  const rejections = new Counter({
    name: name('rejected_total'),
    help: 'Requests that were refused or failed, by error code.',
    labelNames: ['code'],
    registers,
  });
  const loads = new Counter({
    name: name('model_loads_total'),
    help: 'Times that the file of a model was loaded, or was not taken.',
    labelNames: ['model', 'outcome'],
    registers,
  });
  gauge(registry, name('queue_waiting_photos'), 'Photos that wait.', () => queue.waiting);
  gauge(registry, name('photos_under_way'), 'Photos that are decoded or classified.', () => queue.underWay);
  gauge(registry, name('body_bytes'), 'Bytes of requests in memory.', () => bodies.held);
  new Gauge({
    name: name('model_stale'),
    help: '1 while an older file is served because the one in its place was not taken.',
    labelNames: ['model'],
    registers,
    collect() {
      for (const model of models) this.set({ model: model.name }, model.lastError === null ? 0 : 1);
    },
  });
  return {
    request(route, method, status, took) {
      requests.inc({ route, method, status });
      latency.observe({ route }, took);
    },
    photo(model, outcome, took) {
      photos.inc({ model, outcome });
      photoTime.observe({ model }, took);
    },
    rejected: (code) => rejections.inc({ code }),
    load: (model, outcome) => loads.inc({ model, outcome }),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

function gauge(registry: Registry, name: string, help: string, read: () => number): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(read());
    },
  });
}
