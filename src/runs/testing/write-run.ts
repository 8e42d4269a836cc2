import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeRunRecord } from '../../cli/testing/run-record.ts';
import type { Part } from '../../dataset/dataset.ts';
import type { RunRecord } from '../../model/run-record.ts';

/** A photo of a run that is written for a test. */
export interface DrawnPhoto {
  /** Names the photo; equal names are equal photos. */
  readonly name: string;
  readonly label: string;
  /** @default 'test' */
  readonly part?: Part;
  /** Probability of each class, of a test photo. */
  readonly probabilities?: readonly number[];
  /** @default `<label>/<name>.jpg` */
  readonly path?: string;
}

/** A run that is written for a test. */
export interface DrawnRun {
  readonly photos: readonly DrawnPhoto[];
  readonly classes?: readonly string[];
  readonly seed?: number;
  readonly change?: (record: RunRecord) => void;
}

/** The key of a photo of that name. */
export function photoKey(name: string): string {
  return createHash('sha256').update(name).digest('hex');
}

/** Test photos of two classes: a digit `1` in the text is a photo that the run gets right, `0` one that it gets wrong. */
export function drawTested(rights: string, name = 'photo'): DrawnPhoto[] {
  return Array.from(rights, (right, index) => ({
    name: `${name} ${index}`,
    label: index % 2 === 0 ? 'ash' : 'birch',
    probabilities: (right === '1') === (index % 2 === 0) ? [0.75, 0.25] : [0.25, 0.75],
  }));
}

/** Writes `run.json`, `split.csv` and `predictions.csv` as a training leaves them, with figures that fit the photos. */
export async function writeRun(folder: string, drawn: DrawnRun): Promise<string> {
  const { photos, classes = ['ash', 'birch'], seed = 0, change = () => undefined } = drawn;
  const rows = photos.map((photo) => ({
    ...photo,
    part: photo.part ?? 'test',
    path: photo.path ?? `${photo.label}/${photo.name}.jpg`,
  }));
  const tested = rows.filter(({ part }) => part === 'test');
  await mkdir(folder, { recursive: true });
  const predictions = tested.map(({ path, label, probabilities = [] }) => {
    const best = Math.max(...probabilities);
    const predicted = classes[probabilities.indexOf(best)] ?? '';
    return [path, label, predicted, ...[best, ...probabilities].map((value) => value.toFixed(6))].join(',');
  });
  const header = ['path', 'label', 'predicted', 'probability', ...classes.map((name) => `p(${name})`)];
  await writeFile(join(folder, 'predictions.csv'), `${[header.join(','), ...predictions].join('\n')}\n`);
  const split = rows.map(({ path, label, name, part }) => [path, label, photoKey(name), part].join(','));
  await writeFile(join(folder, 'split.csv'), `${['path,label,sha256,split', ...split].join('\n')}\n`);
  const record = makeRunRecord((run) => {
    const likelihoods = tested.map(
      ({ label, probabilities }) => probabilities?.[classes.indexOf(label)] ?? 0,
    );
    const right = tested.filter(
      ({ label, probabilities = [] }) => classes[probabilities.indexOf(Math.max(...probabilities))] === label,
    ).length;
    run.dataset.classes = [...classes];
    run.split.seed = seed;
    for (const part of ['training', 'validation', 'test'] as const) {
      run.split[part] = rows.filter((row) => row.part === part).length;
    }
    run.metrics.test.count = tested.length;
    run.metrics.test.accuracy = right / tested.length;
    run.metrics.test.logLoss =
      likelihoods.reduce((sum, likelihood) => sum - Math.log(likelihood), 0) / tested.length;
    change(run);
  });
  await writeFile(join(folder, 'run.json'), JSON.stringify(record));
  return folder;
}
