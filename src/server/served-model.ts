import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { RegraftError } from '../errors.ts';
import { modelFileName } from '../model/load.ts';
import type { ReadyAnswer } from './answers.ts';
import { type LoadedServed, loadServed } from './load-served.ts';

type LastError = ReadyAnswer['models'][number]['lastError'];

/** A model with a name that follows its file: when another one takes its place, that is loaded, and the old one ends with its last request. */
export interface ServedModel extends AsyncDisposable {
  readonly name: string;
  /** What is served now; undefined before the first load. */
  readonly current: LoadedServed | undefined;
  /** Why the last file in its place was not taken; null when it was. */
  readonly lastError: LastError;
  /**
   * Tells a request that it comes too early, before its body is read.
   *
   * @throws RegraftError `SERVER_NOT_READY` before the first load.
   */
  checkReady(): void;
  /**
   * Works with the model that is loaded now; it stays loaded until the work has ended.
   *
   * @throws RegraftError `SERVER_NOT_READY` before the first load.
   */
  use<T>(work: (loaded: LoadedServed) => Promise<T>): Promise<T>;
  /**
   * Loads the file.
   *
   * @throws RegraftError as `loadClassifier`; the one before it stays.
   */
  load(): Promise<void>;
  /** Loads the file when it is another one than at the last time and has not changed since the last call. */
  follow(): Promise<'same' | 'loaded' | 'failed'>;
}

interface Lease extends LoadedServed {
  users: number;
  isOld: boolean;
}

/** Names a model by its folder, or by its file when that has a name of its own; nothing is loaded yet. */
export function serveModel(location: string, workers: number): ServedModel {
  let current: Lease | undefined;
  let lastError: LastError = null;
  let loadedMark: string | undefined;
  let seenMark: string | undefined;
  let closed = false;
  const ending = new Set<Promise<void>>();
  const name = modelName(location);

  const end = (lease: Lease): void => {
    const ended = Promise.resolve(lease.classifier[Symbol.asyncDispose]()).finally(() =>
      ending.delete(ended),
    );
    ending.add(ended);
  };
  const retire = (lease: Lease | undefined): void => {
    if (lease === undefined) return;
    lease.isOld = true;
    if (lease.users === 0) end(lease);
  };

  const ready = (): Lease => {
    if (current !== undefined) return current;
    throw new RegraftError('SERVER_NOT_READY', `The model "${name}" is still being loaded.`, {
      hint: 'GET /readyz tells when it is ready.',
    });
  };
  const load = async (): Promise<void> => {
    // Taken before the file is read: a change while it is read is seen at the next look.
    loadedMark = seenMark = await markOf(location);
    try {
      const loaded = await loadServed(location, name, workers);
      retire(current);
      current = { ...loaded, users: 0, isOld: false };
      lastError = null;
      if (closed) retire(current);
    } catch (error) {
      lastError = describeError(error);
      throw error;
    }
  };

  return {
    name,
    get current() {
      return current;
    },
    get lastError() {
      return lastError;
    },
    checkReady: () => void ready(),
    async use(work) {
      const lease = ready();
      lease.users++;
      try {
        return await work(lease);
      } finally {
        lease.users--;
        if (lease.isOld && lease.users === 0) end(lease);
      }
    },
    load,
    async follow() {
      const mark = await markOf(location);
      const isStill = mark === seenMark;
      seenMark = mark;
      // A file that is being written in place is left alone until it rests.
      if (mark === loadedMark || !isStill) return 'same';
      return load().then(
        () => 'loaded' as const,
        () => 'failed' as const,
      );
    },
    async [Symbol.asyncDispose]() {
      closed = true;
      retire(current);
      await Promise.all(ending);
    },
  };
}

function modelName(location: string): string {
  const path = resolve(location);
  if (basename(path) === modelFileName) return basename(dirname(path));
  return basename(path).replace(/\.onnx$/i, '');
}

/** What tells one file from another without reading it; of run.json too, which tells the accuracy. */
async function markOf(location: string): Promise<string> {
  const record = 'run.json';
  const paths = [
    location,
    join(location, modelFileName),
    join(location, record),
    join(dirname(location), record),
  ];
  const marks = paths.map((path) =>
    stat(path, { bigint: true }).then(
      (found) => (found.isFile() ? `${found.ino}:${found.size}:${found.mtimeNs}` : 'folder'),
      () => 'none',
    ),
  );
  return (await Promise.all(marks)).join(' ');
}

function describeError(error: unknown): LastError {
  const at = new Date().toISOString();
  if (!(error instanceof RegraftError)) return { code: 'UNEXPECTED', message: String(error), at };
  const { code, message, hint } = error;
  return { code, message, ...(hint !== undefined && { hint }), at };
}
