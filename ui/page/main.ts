import '../app/style.css';
import { mountApp } from '../app/app.ts';
import type { Backend } from '../app/backend.ts';
import { startWorker } from './classifier-worker.ts';
import { keepOffline } from './keep-offline.ts';

const name = document.querySelector<HTMLMetaElement>('meta[name="regraft-model"]')?.content ?? '';
const worker = startWorker(new URL('.', document.baseURI));
const backend: Backend = {
  isLocal: true,
  async open(onLoading) {
    return [{ name, labels: await worker.open(onLoading) }];
  },
  async classify(photo) {
    return (await worker.classify(photo, 5)).prediction;
  },
};

const root = document.getElementById('app');
if (root !== null) {
  mountApp(root, {
    backend,
    title: name,
    onReady: (addNote) => void keepOffline().then((kept) => kept && addNote(({ texts }) => texts.offline)),
  });
}
