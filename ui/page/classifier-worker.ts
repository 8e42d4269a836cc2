import type { Prediction } from '../../src/prediction.ts';
import { PageError } from '../app/backend.ts';
import type { WorkerAnswer, WorkerRequest } from './worker-messages.ts';

/** The model in its worker. */
export interface ClassifierWorker {
  /** Loads the model; gives its labels. @throws PageError */
  open(onLoading: (share: number | undefined) => void): Promise<readonly string[]>;
  /** Classifies a photo, and says how long that took, ms. @throws PageError */
  classify(
    photo: Blob | ImageBitmap,
    top: number,
  ): Promise<{ readonly prediction: Prediction; readonly ms: number }>;
}

// `Omit` of a union would leave only what all of its members share.
type Question<Request = WorkerRequest> = Request extends WorkerRequest ? Omit<Request, 'id'> : never;

/**
 * Starts the worker of an exported page.
 *
 * @param page - The address of the page's folder, with a slash at the end.
 */
export function startWorker(page: URL): ClassifierWorker {
  const worker = new Worker(new URL('worker.js', page), { type: 'module' });
  const waiting = new Map<number, (answer: WorkerAnswer) => void>();
  let count = 0;
  const failAll = (message: string): void => {
    for (const [id, settle] of waiting) settle({ id, type: 'failed', code: 'RUNTIME_FAILED', message });
  };
  worker.addEventListener('message', ({ data }: MessageEvent<WorkerAnswer>) => waiting.get(data.id)?.(data));
  worker.addEventListener('error', ({ message }) => failAll(message));

  const ask = async (
    question: Question,
    transfer: Transferable[] = [],
    onLoading?: (share: number | undefined) => void,
  ): Promise<WorkerAnswer> => {
    const id = count++;
    const answer = await new Promise<WorkerAnswer>((resolve) => {
      waiting.set(id, (found) => (found.type === 'loading' ? onLoading?.(found.share) : resolve(found)));
      worker.postMessage({ ...question, id }, transfer);
    });
    waiting.delete(id);
    if (answer.type === 'failed') throw new PageError(answer.code, answer.message);
    return answer;
  };

  return {
    async open(onLoading) {
      const model = new URL('model.onnx', page).href;
      const answer = await ask(
        { type: 'open', model, runtime: new URL('runtime/', page).href },
        [],
        onLoading,
      );
      return answer.type === 'opened' ? answer.labels : [];
    },
    async classify(photo, top) {
      const answer = await ask({ type: 'classify', photo, top }, photo instanceof Blob ? [] : [photo]);
      if (answer.type !== 'classified') throw new PageError('UNEXPECTED', `unexpected answer ${answer.type}`);
      return answer;
    },
  };
}
