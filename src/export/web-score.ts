import { cancelledError, RegraftError } from '../errors.ts';
import type { ModelMetadata } from '../model/metadata.ts';
import { countProgress } from './count-progress.ts';
import type { ExportContext, ExportPhoto, PhotoScores } from './export-format.ts';
import { findBrowser, openBrowser } from './web-browser.ts';
import { serveVerification, type WebOutcome } from './web-verify.ts';

/** A browser that has said nothing for so long is given up. */
const silenceMs = 120_000;

/**
 * Scores photos in a browser without a window, by the exported page's own worker, runtime and model: files in, probabilities out.
 *
 * @param folder - The folder of the exported page.
 * @throws RegraftError `BROWSER_MISSING`, `RUNTIME_FAILED`, `CANCELLED`.
 */
export async function scoreInBrowser(
  folder: string,
  photos: readonly ExportPhoto[],
  { metadata, onProgress, signal }: ExportContext & { readonly metadata: ModelMetadata },
): Promise<PhotoScores> {
  const program = await findBrowser();
  const count = countProgress('export', photos.length, 'photos', onProgress);
  const outcomes = new Map<number, WebOutcome>();
  await using silence = watchSilence();
  await using cancelled = watchSignal(signal);
  let finish: (failure?: string) => void = () => undefined;
  const finished = new Promise<string | undefined>((resolve) => (finish = resolve));
  await using server = await serveVerification({
    folder,
    photos: photos.map(({ file }) => file),
    classes: metadata.labels.length,
    onOutcome(outcome) {
      silence.heard();
      outcomes.set(outcome.index, outcome);
      count();
      if (outcomes.size === photos.length) finish();
    },
    onFailure: finish,
  });
  {
    await using browser = await openBrowser(program, server.url);
    const failure = await Promise.race([finished, browser.ended, silence.tooLong, cancelled.thrown]);
    if (failure !== undefined) throw browserFailed(program, failure);
  }
  tellTimes([...outcomes.values()], onProgress);
  return collect(photos.length, outcomes, metadata);
}

/** Tells when nothing was heard for too long. */
function watchSilence(): AsyncDisposable & { heard(): void; readonly tooLong: Promise<string> } {
  let timer: NodeJS.Timeout | undefined;
  let end: (reason: string) => void = () => undefined;
  const heard = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => end(`it said nothing for ${silenceMs / 1000} seconds`), silenceMs);
  };
  const tooLong = new Promise<string>((resolve) => (end = resolve));
  heard();
  return {
    heard,
    tooLong,
    [Symbol.asyncDispose]() {
      clearTimeout(timer);
      return Promise.resolve();
    },
  };
}

/** Fails when the signal is aborted. */
function watchSignal(signal: AbortSignal | undefined): AsyncDisposable & { readonly thrown: Promise<never> } {
  let cancel: () => void = () => undefined;
  const thrown = new Promise<never>((_, reject) => (cancel = () => reject(cancelledError())));
  // Without a race it must not count as unhandled.
  thrown.catch(() => undefined);
  signal?.addEventListener('abort', cancel, { once: true });
  if (signal?.aborted === true) cancel();
  return {
    thrown,
    [Symbol.asyncDispose]() {
      signal?.removeEventListener('abort', cancel);
      return Promise.resolve();
    },
  };
}

function browserFailed(program: string, reason: string): RegraftError {
  return new RegraftError('RUNTIME_FAILED', `The page could not be tested in ${program}: ${reason}.`, {
    hint: 'Try another browser by REGRAFT_CHROMIUM. Nothing was written.',
  });
}

function collect(
  count: number,
  outcomes: ReadonlyMap<number, WebOutcome>,
  { labels, unknown }: ModelMetadata,
): PhotoScores {
  const probabilities = new Float32Array(count * labels.length);
  const readable = Array.from({ length: count }, () => false);
  const scores = unknown === null ? null : new Float32Array(count);
  const columns = new Map(labels.map((label, column) => [label, column]));
  for (const { index, prediction } of outcomes.values()) {
    if (prediction.error !== undefined) continue;
    readable[index] = true;
    for (const { label, probability } of prediction.top) {
      probabilities[index * labels.length + (columns.get(label) ?? NaN)] = probability;
    }
    if (scores !== null) scores[index] = prediction.unknown?.score ?? NaN;
  }
  // Its times are of whole answers, decoding included: told, but not to be compared with those of the network alone.
  return { probabilities, readable, unknown: scores, msAPhoto: null };
}

function tellTimes(outcomes: readonly WebOutcome[], onProgress: ExportContext['onProgress']): void {
  const [first, ...later] = outcomes;
  if (first === undefined) return;
  const seconds = ((first.openMs + first.ms) / 1000).toFixed(1);
  const sorted = later.map(({ ms }) => ms).sort((a, b) => a - b);
  const median = sorted[sorted.length >> 1];
  const rest = median === undefined ? '' : `, later ones ${median.toFixed(0)} ms each`;
  onProgress?.({
    type: 'notice',
    stage: 'export',
    text: `In the browser the first answer took ${seconds} s with the loading of the model${rest}, with one thread.`,
  });
}
