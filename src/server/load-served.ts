import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Classifier, loadClassifier } from '../classify.ts';
import { RegraftError } from '../errors.ts';
import { runRecordSchema } from '../model/run-record.ts';
import type { ModelAnswer } from './answers.ts';

/** A model that is loaded, with what the server says of it. */
export interface LoadedServed {
  readonly classifier: Classifier;
  readonly description: ModelAnswer;
}

/**
 * Loads a model, tries it, and describes it.
 *
 * @throws RegraftError as `loadClassifier`, or `RUNTIME_FAILED` when it cannot classify.
 */
export async function loadServed(location: string, name: string, workers: number): Promise<LoadedServed> {
  const classifier = await loadClassifier(location, { workers });
  try {
    await tryEachWorker(classifier, workers);
    return { classifier, description: await describe(classifier, name) };
  } catch (error) {
    await classifier[Symbol.asyncDispose]();
    throw error;
  }
}

// A GIF of one white pixel.
const onePixel = Buffer.from('R0lGODdhAQABAIAAAP///////ywAAAAAAQABAAACAkQBADs=', 'base64');

// A file that loads may still fail in its first run, and that run takes longer than the others: neither is left to a client.
async function tryEachWorker(classifier: Classifier, workers: number): Promise<void> {
  const predictions = await Promise.all(
    Array.from({ length: workers }, () => classifier.classifyOne(onePixel)),
  );
  const bad = predictions.find(
    ({ error, top }) => error !== undefined || top.some((one) => !isFinite(one.probability)),
  );
  if (bad === undefined) return;
  throw new RegraftError(
    'MODEL_INVALID',
    `Expected probabilities of ${classifier.path} for a white picture, found ${bad.error?.reason ?? 'values that are not finite'}.`,
    { hint: 'Copy the file again, or train it again.' },
  );
}

async function describe(classifier: Classifier, name: string): Promise<ModelAnswer> {
  const { info, path } = classifier;
  const { sha256, bytes } = await hashFile(path);
  return {
    name,
    labels: [...info.labels],
    task: info.task,
    input: { width: info.preprocess?.width ?? 0, height: info.preprocess?.height ?? 0 },
    backbone: info.backbone.id,
    tellsUnknown: info.unknown !== null,
    accuracy: await readAccuracy(dirname(path), sha256),
    sha256,
    bytes,
    loadedAt: new Date().toISOString(),
  };
}

// In pieces, as requests are answered meanwhile.
async function hashFile(path: string): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256');
  const file = createReadStream(path);
  await pipeline(file, hash);
  return { sha256: hash.digest('hex'), bytes: file.bytesRead };
}

async function readAccuracy(folder: string, sha256: string): Promise<ModelAnswer['accuracy']> {
  try {
    const record = runRecordSchema.parse(JSON.parse(await readFile(join(folder, 'run.json'), 'utf8')));
    // The record of another training says nothing of this file.
    if (record.model.sha256 !== sha256) return null;
    const { accuracy, count, interval95 } = record.metrics.test;
    return { value: accuracy, photos: count, interval95: [...interval95] };
  } catch {
    return null;
  }
}
