import { Worker } from 'node:worker_threads';
import { RegraftError } from '../errors.ts';
import type { Tensor } from '../onnx/graph.ts';
import type { Reply, Request } from './messages.ts';

/** A request without the id that {@link startWorkerThread} gives it. */
export type WorkerRequest = Request extends infer R
  ? R extends { id: number }
    ? Omit<R, 'id'>
    : never
  : never;

/** A running session worker. */
export interface WorkerThread {
  /** Sends a request; `transfer` moves buffers instead of copying them. */
  ask(request: WorkerRequest, transfer?: readonly ArrayBuffer[]): Promise<Readonly<Record<string, Tensor>>>;
  /** False once the thread has ended. */
  readonly alive: boolean;
}

interface Waiting {
  resolve(outputs: Readonly<Record<string, Tensor>>): void;
  reject(error: Error): void;
}

// Under vitest this module is the TypeScript source, and a thread needs the compiled file.
const workerUrl = new URL(
  import.meta.url.endsWith('.ts') ? '../../dist/runtime/session-worker.js' : './session-worker.js',
  import.meta.url,
);

const idle: WorkerThread[] = [];

/**
 * Takes an idle worker thread, or starts one. It keeps the process alive only while a request is open.
 *
 * Threads are never ended: once no thread holds onnxruntime's library, Node cannot load it again ("Module did not self-register").
 */
export function takeWorkerThread(): WorkerThread {
  for (let thread = idle.pop(); thread !== undefined; thread = idle.pop()) if (thread.alive) return thread;
  return startWorkerThread();
}

/** Gives a thread back once its sessions are closed and its tensors are unpinned. */
export function returnWorkerThread(thread: WorkerThread): void {
  if (thread.alive) idle.push(thread);
}

function startWorkerThread(): WorkerThread {
  // onnxruntime 1.30 and later read this once, when the library loads, from the process's own environment.
  process.env.ORT_DISABLE_TELEMETRY = '1';
  const worker = new Worker(workerUrl, { name: 'regraft-session' });
  worker.unref();
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let ended: Error | undefined;

  const settle = (id: number): Waiting | undefined => {
    const entry = waiting.get(id);
    waiting.delete(id);
    if (waiting.size === 0) worker.unref();
    return entry;
  };
  const fail = (error: Error): void => {
    ended ??= error;
    for (const id of [...waiting.keys()]) settle(id)?.reject(error);
  };

  worker.on('message', (reply: Reply) => {
    const entry = settle(reply.id);
    if ('outputs' in reply) entry?.resolve(reply.outputs);
    else entry?.reject(runtimeError(reply.failure.kind, reply.failure.message));
  });
  worker.on('error', (error) => {
    fail(runtimeError('failed', error instanceof Error ? error.message : String(error)));
  });
  worker.on('exit', () => {
    fail(runtimeError('failed', 'its thread has ended'));
  });

  return {
    ask(request, transfer = []) {
      if (ended !== undefined) return Promise.reject(ended);
      const id = ++lastId;
      return new Promise((resolve, reject) => {
        // First: a message that cannot be sent throws, and nothing must wait for its reply.
        worker.postMessage({ ...request, id }, transfer as ArrayBuffer[]);
        waiting.set(id, { resolve, reject });
        worker.ref();
      });
    },
    get alive() {
      return ended === undefined;
    },
  };
}

function runtimeError(kind: 'missing' | 'failed', message: string): RegraftError {
  if (kind === 'failed') {
    return new RegraftError('RUNTIME_FAILED', `onnxruntime failed: ${message}`);
  }
  return new RegraftError(
    'RUNTIME_MISSING',
    `Expected onnxruntime-node to be installed, but it cannot be loaded: ${firstLine(message)}`,
    {
      hint: 'Install Regraft again (npm install regraft). onnxruntime-node has binaries for Linux (glibc), macOS and Windows on x64 and arm64.',
    },
  );
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}
