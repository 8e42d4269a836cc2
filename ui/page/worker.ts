import { RegraftError } from '../../src/errors.ts';
import { loadClassifier, type WebClassifier } from '../../src/web/load-classifier.ts';
import type { WorkerAnswer, WorkerRequest } from './worker-messages.ts';

// The model runs here, so that the page stays alive while it computes.

// A worker's own side has the same two functions as the page's.
const scope = globalThis as unknown as Pick<Worker, 'addEventListener' | 'postMessage'>;
let classifier: WebClassifier | undefined;

scope.addEventListener('message', ({ data }: MessageEvent<WorkerRequest>) => {
  void answer(data)
    .catch((error: unknown): WorkerAnswer => {
      const code = error instanceof RegraftError ? error.code : 'UNEXPECTED';
      return {
        id: data.id,
        type: 'failed',
        code,
        message: error instanceof Error ? error.message : String(error),
      };
    })
    .then((message) => scope.postMessage(message));
});

async function answer(request: WorkerRequest): Promise<WorkerAnswer> {
  const { id } = request;
  if (request.type === 'open') {
    const { model, runtime } = request;
    classifier = await loadClassifier(model, {
      executionProvider: 'wasm',
      wasmPaths: {
        mjs: `${runtime}ort-wasm-simd-threaded.mjs`,
        wasm: `${runtime}ort-wasm-simd-threaded.wasm`,
      },
      onProgress({ loaded, total }) {
        const share = total === undefined ? undefined : loaded / total;
        scope.postMessage({ id, type: 'loading', share } satisfies WorkerAnswer);
      },
    });
    return { id, type: 'opened', labels: classifier.labels };
  }
  if (classifier === undefined) throw new RegraftError('CLASSIFIER_CLOSED', 'No model is open.');
  const started = performance.now();
  const prediction = await classifier.classify(request.photo, { top: request.top });
  if (!(request.photo instanceof Blob)) request.photo.close();
  return { id, type: 'classified', prediction, ms: performance.now() - started };
}
