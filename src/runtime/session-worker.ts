import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parentPort } from 'node:worker_threads';
import type * as Ort from 'onnxruntime-node';
import type { ElementType, Tensor, TensorData } from '../onnx/graph.ts';
import type { Reply, Request } from './messages.ts';

// The body of a session worker: onnxruntime's Node binding computes on the calling thread, so this one is kept for it.

const sessions = new Map<number, Ort.InferenceSession>();
const pinned = new Map<number, Ort.Tensor>();
let runtime: Promise<typeof Ort> | undefined;

// onnxruntime 1.16's release() does nothing: a session's memory is freed when its wrapper is collected. This thread's own heap stays so
// small that it would never be, while every forgotten session holds tens of megabytes outside of it. Pinned tensors need no such
// help, as the collector counts their memory.
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

// Requests are answered one after the other: a session must not be closed while it is being opened or run.
let last: Promise<void> = Promise.resolve();

parentPort?.on('message', (request: Request) => {
  last = last.then(async () => {
    post(await answer(request));
  });
});

function post(reply: Reply): void {
  const transfer =
    'outputs' in reply ? Object.values(reply.outputs).map(({ data }) => data.buffer as ArrayBuffer) : [];
  parentPort?.postMessage(reply, transfer);
}

async function answer(request: Request): Promise<Reply> {
  let ort: typeof Ort;
  try {
    ort = await (runtime ??= import('onnxruntime-node'));
  } catch (error) {
    return { id: request.id, failure: { kind: 'missing', message: messageOf(error) } };
  }
  try {
    return { id: request.id, outputs: await perform(request, ort) };
  } catch (error) {
    return { id: request.id, failure: { kind: 'failed', message: messageOf(error) } };
  }
}

async function perform(request: Request, ort: typeof Ort): Promise<Record<string, Tensor>> {
  switch (request.type) {
    case 'open':
      sessions.set(request.session, await openSession(ort, request.model));
      return {};
    case 'close':
      await sessions.get(request.session)?.release();
      sessions.delete(request.session);
      collectGarbage();
      return {};
    case 'pin':
      pinned.set(request.pinned, toOrt(ort, request.tensor));
      return {};
    case 'unpin':
      pinned.delete(request.pinned);
      return {};
    case 'refill':
      for (const [id, { data }] of request.values) {
        fill(pinnedTensor(id).data as Float32Array, data as Float32Array);
      }
      return {};
    case 'run':
      return run(ort, request);
  }
}

function openSession(ort: typeof Ort, model: Uint8Array): Promise<Ort.InferenceSession> {
  return ort.InferenceSession.create(model, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
  });
}

async function run(
  ort: typeof Ort,
  { session, feeds, into = {} }: Extract<Request, { type: 'run' }>,
): Promise<Record<string, Tensor>> {
  const inputs: Record<string, Ort.Tensor> = {};
  for (const [name, feed] of Object.entries(feeds)) {
    inputs[name] = 'pinned' in feed ? pinnedTensor(feed.pinned) : toOrt(ort, feed);
  }
  const results = await openedSession(session).run(inputs);
  const outputs: Record<string, Tensor> = {};
  for (const [name, tensor] of Object.entries(results)) {
    const target = into[name];
    if (target === undefined) outputs[name] = fromOrt(tensor);
    else fill(target, tensor.data as Float32Array);
  }
  return outputs;
}

function openedSession(session: number): Ort.InferenceSession {
  const opened = sessions.get(session);
  if (opened === undefined) throw new Error(`session ${session} is not open`);
  return opened;
}

function pinnedTensor(id: number): Ort.Tensor {
  const tensor = pinned.get(id);
  if (tensor === undefined) throw new Error(`tensor ${id} is not pinned in this worker`);
  return tensor;
}

// Setting fewer values than there is room for would pass unseen.
function fill(target: Float32Array, values: Float32Array): void {
  if (values.length !== target.length) {
    throw new Error(`expected ${target.length} values to be written but found ${values.length}`);
  }
  target.set(values);
}

// The binding of onnxruntime 1.16 refuses shared memory ("Invalid argument").
function toOrt(ort: typeof Ort, { type, data, dims }: Tensor): Ort.Tensor {
  const own = data.buffer instanceof SharedArrayBuffer ? data.slice() : data;
  return new ort.Tensor(type, own as Float32Array, dims);
}

// Copied, as onnxruntime owns the memory of its results and it cannot be transferred to another thread.
function fromOrt(tensor: Ort.Tensor): Tensor {
  return { type: tensor.type as ElementType, dims: tensor.dims, data: (tensor.data as TensorData).slice() };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
