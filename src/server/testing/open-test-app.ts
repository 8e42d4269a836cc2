import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openApp, type OpenedApp } from '../app.ts';
import { type AppOptions, resolveAppOptions } from '../options.ts';
import { smallModel, temporaryFolder, writeModel } from './small-model.ts';

/** An app of one small model, `signs`, that goes with the test. */
export interface TestApp extends OpenedApp {
  /** The folder of the model. */
  readonly folder: string;
  /** What was logged so far. */
  readonly logged: Record<string, unknown>[];
  /** Sends a request to it. */
  send(path: string, init?: RequestInit & { duplex?: 'half' }): Promise<Response>;
}

/** Opens it, loaded, with one worker. */
export async function openTestApp(options: AppOptions = {}): Promise<TestApp> {
  const folder = await writeModel(join(await temporaryFolder(), 'signs'), smallModel(['a', 'b', 'c']));
  const logged: Record<string, unknown>[] = [];
  const app = await openApp(
    folder,
    resolveAppOptions({
      workers: 1,
      logLevel: 'debug',
      writeLog: (line) => logged.push(JSON.parse(line) as Record<string, unknown>),
      ...options,
    }),
  );
  onTestFinished(() => app[Symbol.asyncDispose]());
  await app.load();
  return {
    ...app,
    folder,
    logged,
    send: (path, init) => app.fetch(new Request(`http://127.0.0.1:8080${path}`, init)),
  };
}

/** The error that an answer holds. */
export async function errorOf(answer: Response): Promise<{ code: string; message: string; hint?: string }> {
  return ((await answer.json()) as { error: { code: string; message: string } }).error;
}
