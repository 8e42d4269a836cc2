import { startWorker } from '../page/classifier-worker.ts';
import type { Prediction } from '../../src/prediction.ts';

// Scores photos by the worker of an exported page, and gives back what it says: the test of `regraft export --to web`.
// The server of this page: src/export/web-verify.ts.

interface Task {
  readonly photos: number;
  readonly classes: number;
}

async function verify(): Promise<void> {
  const base = new URL('.', document.baseURI);
  const { photos, classes } = (await (await fetch(new URL('task', base))).json()) as Task;
  const started = performance.now();
  const worker = startWorker(new URL('page/', base));
  await worker.open(() => undefined);
  const openMs = performance.now() - started;
  for (let index = 0; index < photos; index++) {
    const photo = await (await fetch(new URL(`photo/${index}`, base))).blob();
    const { prediction, ms } = await worker.classify(photo, classes);
    await report(base, { index, ms, openMs, prediction });
  }
}

interface Outcome {
  readonly index: number;
  readonly ms: number;
  readonly openMs: number;
  readonly prediction: Prediction;
}

async function report(base: URL, outcome: Outcome): Promise<void> {
  await fetch(new URL('outcome', base), { method: 'POST', body: JSON.stringify(outcome) });
}

verify().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error);
  void fetch(new URL('failure', document.baseURI), { method: 'POST', body: message });
});
