import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { choice, commonOptions, parseOptions, positiveNumber, text, wholeNumber } from '../options.ts';
import { type LogLevel, logLevels } from './log-levels.ts';

/** Options of {@link createApp}. */
export interface AppOptions {
  /** Threads that compute for each model; photos of all models together are decoded and classified a few at a time. @default all cores */
  readonly workers?: number | undefined;
  /** Photos that may wait; more are refused with 429. @default 64 for each worker */
  readonly queue?: number | undefined;
  /** The largest body of a request, bytes. @default 20,000,000 */
  readonly maxBodyBytes?: number | undefined;
  /** Photos with more pixels are refused with 422. @default 50,000,000 */
  readonly maxPixels?: number | undefined;
  /** How long a request may take once its body is there, ms. @default 30,000 */
  readonly timeoutMs?: number | undefined;
  /** Asked of every request but those for /healthz and the page. @default none is asked for */
  readonly token?: string | undefined;
  /** Origins whose pages may use the server, such as `https://example.org`; `*`: all. @default none */
  readonly cors?: readonly string[] | undefined;
  /** How often the files of the models are looked at, ms. @default 1000 */
  readonly followMs?: number | undefined;
  /** What is logged on stderr. @default 'silent' */
  readonly logLevel?: LogLevel | undefined;
  /** Takes each line of the log instead of stderr. */
  readonly writeLog?: ((line: string) => void) | undefined;
}

/** Options of {@link serve}. */
export interface ServeOptions extends AppOptions {
  /** 0 takes a free one. @default 8080 */
  readonly port?: number | undefined;
  /** @default '127.0.0.1', which only this machine reaches */
  readonly host?: string | undefined;
  /** How long a client may take to send a request, ms. @default 30,000 */
  readonly requestTimeoutMs?: number | undefined;
}

const appShape = {
  workers: commonOptions.workers.default(() => availableParallelism()),
  queue: wholeNumber(1, 100_000).optional(),
  maxBodyBytes: wholeNumber(1, 2 ** 31 - 1).default(20_000_000),
  maxPixels: commonOptions.maxPixels.default(50_000_000),
  timeoutMs: positiveNumber().default(30_000),
  token: text().optional(),
  cors: z.array(text(), { error: 'a list of origins' }).default([]),
  followMs: wholeNumber(10).default(1000),
  logLevel: choice(logLevels).default('silent'),
  writeLog: z
    .custom<(line: string) => void>((value) => typeof value === 'function', { error: 'a function' })
    .optional(),
};
const serveSchema = z.strictObject({
  ...appShape,
  port: wholeNumber(0, 65_535).default(8080),
  host: text().default('127.0.0.1'),
  requestTimeoutMs: positiveNumber().default(30_000),
});
const appSchema = z.strictObject(appShape);

/** Options with every default filled in. */
export type ResolvedAppOptions = z.output<typeof appSchema> & { readonly queue: number };

/** Options with every default filled in. */
export type ResolvedServeOptions = z.output<typeof serveSchema> & { readonly queue: number };

/**
 * Fills in the defaults of {@link createApp}.
 *
 * @throws RegraftError `INVALID_OPTION`
 */
export function resolveAppOptions(options: AppOptions): ResolvedAppOptions {
  return withQueue(parseOptions(appSchema, options, 'createApp'));
}

/**
 * Fills in the defaults of {@link serve}.
 *
 * @throws RegraftError `INVALID_OPTION`
 */
export function resolveServeOptions(options: ServeOptions): ResolvedServeOptions {
  return withQueue(parseOptions(serveSchema, options, 'serve'));
}

function withQueue<T extends { workers: number; queue?: number | undefined }>(
  options: T,
): T & { queue: number } {
  return { ...options, queue: options.queue ?? options.workers * 64 };
}
