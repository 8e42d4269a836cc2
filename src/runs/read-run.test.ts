import { mkdir, mkdtemp, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Part } from '../dataset/dataset.ts';
import { readRun } from './read-run.ts';
import { type DrawnPhoto, drawTested, photoKey, writeRun } from './testing/write-run.ts';

let folder: string;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'regraft-run-')));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const photos: readonly DrawnPhoto[] = [
  ...drawTested('110'),
  { name: 'seen', label: 'ash', part: 'training' },
  { name: 'chosen', label: 'birch', part: 'validation' },
];

/** Changes a file of the run by a replacement that must change something. */
async function edit(name: string, from: string | RegExp, to: string): Promise<void> {
  const text = await readFile(join(folder, name), 'utf8');
  const changed = text.replace(from, to);
  expect(changed).not.toBe(text);
  await writeFile(join(folder, name), changed);
}

it('gives record and test photos, by their content, with what the run says of them', async () => {
  await writeRun(folder, { photos });
  const run = await readRun(folder);
  expect(run.folder).toBe(folder);
  expect(run.record.metrics.test.count).toBe(3);
  expect(run.tested).toEqual([
    {
      key: photoKey('photo 0'),
      path: 'ash/photo 0.jpg',
      label: 'ash',
      predicted: 'ash',
      right: true,
      confidence: 0.75,
      likelihood: 0.75,
    },
    {
      key: photoKey('photo 1'),
      path: 'birch/photo 1.jpg',
      label: 'birch',
      predicted: 'birch',
      right: true,
      confidence: 0.75,
      likelihood: 0.75,
    },
    {
      key: photoKey('photo 2'),
      path: 'ash/photo 2.jpg',
      label: 'ash',
      predicted: 'birch',
      right: false,
      confidence: 0.75,
      likelihood: 0.25,
    },
  ]);
});

it('tells copies of a photo apart', async () => {
  const [first] = drawTested('1');
  await writeRun(folder, {
    photos: [
      { ...first!, path: 'ash/a.jpg' },
      { ...first!, path: 'ash/b.jpg' },
    ],
  });
  const { tested } = await readRun(folder);
  expect(tested.map(({ key }) => key)).toEqual([photoKey('photo 0'), `${photoKey('photo 0')}#2`]);
});

it('knows whether runs learned from the same photos, whichever of them trained and which validated', async () => {
  const seen = (await readRun(await writeRun(folder, { photos }))).learnedFrom;
  const other = new Map<string, Part>([
    ['seen', 'validation'],
    ['chosen', 'training'],
  ]);
  const turned: DrawnPhoto[] = [...photos]
    .reverse()
    .map((photo) => ({ ...photo, part: other.get(photo.name) ?? 'test' }));
  expect((await readRun(await writeRun(folder, { photos: turned }))).learnedFrom).toBe(seen);
  const more: DrawnPhoto[] = [...photos, { name: 'another', label: 'ash', part: 'training' }];
  expect((await readRun(await writeRun(folder, { photos: more }))).learnedFrom).not.toBe(seen);
});

it('leaves columns alone that it does not know', async () => {
  await writeRun(folder, { photos });
  await edit('predictions.csv', /$/gm, ',9');
  await edit('predictions.csv', 'p(birch),9', 'p(birch),energy');
  await edit('predictions.csv', /\n,9$/, '\n');
  expect((await readRun(folder)).tested).toHaveLength(3);
});

it('finishes a save that a killed process left half-way', async () => {
  await writeRun(folder, { photos });
  await mkdir(join(folder, '.regraft.saved'));
  await rename(join(folder, 'run.json'), join(folder, '.regraft.saved', 'run.json'));
  expect((await readRun(folder)).record.metrics.test.count).toBe(3);
});

describe('a folder whose files are not those of a run is refused by name', () => {
  it.each<[string, () => Promise<void>, RegExp]>([
    ['run.json is gone', () => rm(join(folder, 'run.json')), /Expected .*run\.json .* does not exist/],
    ['run.json is cut off', () => edit('run.json', /.{40}$/s, ''), /found no JSON in .*run\.json/],
    [
      'run.json lacks a figure',
      () => edit('run.json', '"logLoss"', '"loss"'),
      /found something else at metrics\.test\.logLoss in .*run\.json/,
    ],
    [
      'predictions.csv is gone',
      () => rm(join(folder, 'predictions.csv')),
      /predictions\.csv .* does not exist/,
    ],
    ['predictions.csv is empty', () => writeFile(join(folder, 'predictions.csv'), ''), /found none/],
    [
      'predictions.csv has no photo',
      () => edit('predictions.csv', /\n.*$/s, '\n'),
      /line 1: expected a row for each test photo/,
    ],
    [
      'predictions.csv lacks the column of a class',
      () => edit('predictions.csv', 'p(birch)', 'p(beech)'),
      /line 1: expected a column p\(birch\), found path, label, predicted/,
    ],
    [
      'a label is no class',
      () => edit('predictions.csv', '0.jpg,ash', '0.jpg,oak'),
      /line 2: expected a class of the run, found "oak"/,
    ],
    [
      'a photo has several labels',
      () => edit('predictions.csv', '0.jpg,ash', '0.jpg,ash|birch'),
      /line 2: expected a class of the run, found "ash\|birch"/,
    ],
    [
      'a probability is no number',
      () => edit('predictions.csv', '0.250000', 'many'),
      /line 2: expected a probability from 0 to 1, found "many"/,
    ],
    ['a probability is empty', () => edit('predictions.csv', '0.250000', ''), /found ""/],
    [
      'probabilities do not sum to 1, as those of several labels',
      () => edit('predictions.csv', '0.750000,0.250000', '0.750000,0.650000'),
      /line 2: expected probabilities that sum to 1, found 1\.400000/,
    ],
    [
      'another class is more probable than the predicted one',
      () => edit('predictions.csv', 'ash,ash,', 'ash,birch,'),
      /line 2: expected the class of the highest probability, found "birch"/,
    ],
    [
      'predictions.csv is not of this split',
      () => edit('predictions.csv', 'photo 0.jpg', 'photo 7.jpg'),
      /predictions\.csv has ash\/photo 7\.jpg, which is no test photo of split\.csv/,
    ],
    [
      'a prediction is missing',
      () => edit('predictions.csv', /\n[^\n]*\n$/, '\n'),
      /split\.csv has 3 test photos, predictions\.csv 2/,
    ],
    [
      'run.json is of another training',
      () => edit('run.json', '"accuracy":0.6666666666666666', '"accuracy":0.3333333333333333'),
      /predictions\.csv has 2 of 3 right, run\.json 1 of 3/,
    ],
    ['split.csv is gone', () => rm(join(folder, 'split.csv')), /split\.csv does not exist/],
    [
      'split.csv has no hashes',
      () => edit('split.csv', photoKey('seen'), ''),
      /line 5: expected a path and a sha256/,
    ],
    ['split.csv has an unknown part', () => edit('split.csv', 'validation', 'holdout'), /found "holdout"/],
    ['a quote is not closed', () => edit('predictions.csv', 'ash/', '"ash/'), /a quote opens here/],
  ])('%s', async (_, damage, message) => {
    await writeRun(folder, { photos });
    await damage();
    await expect(readRun(folder)).rejects.toMatchObject({
      code: 'RUN_INVALID',
      message: expect.stringMatching(message) as string,
      hint: expect.stringMatching(/\w/) as string,
    });
  });
});
