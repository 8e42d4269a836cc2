import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import type { RepeatsRecord } from '../../runs/repeats-record.ts';
import { openMemoryScreen } from '../testing/memory-screen.ts';
import { formatRepeatsSummary } from './repeats-summary.ts';

const { screen } = openMemoryScreen('file');
const run: RepeatsRecord['runs'][number] = {
  seed: 0,
  folder: 'seed-0',
  training: 811,
  validation: 74,
  test: 115,
  accuracy: 0.9,
  logLoss: 0.31,
  ece: 0.05,
  validationAccuracy: 0.85,
  head: 'logistic',
  taps: ['bottleneck'],
  headMs: 1800,
  sha256: 'a'.repeat(64),
};
const record: RepeatsRecord = {
  schemaVersion: 1,
  repeats: 2,
  dataset: { name: 'flowers', classes: ['a', 'b'], photos: 1000 },
  runs: [run, { ...run, seed: 1, folder: 'seed-1', test: 95, accuracy: 0.92, validationAccuracy: null }],
  summary: {
    accuracy: { mean: 0.91, standardDeviation: 0.0141, interval95: [0.89, 0.93] },
    logLoss: { mean: 0.31, standardDeviation: 0 },
    ece: { mean: 0.05, standardDeviation: 0 },
    validationAccuracy: null,
    headMs: { mean: 1800, standardDeviation: 0 },
    pooled: { predictions: 1210, photos: 1190, accuracy: 0.909, ece: 0.0331 },
  },
  notices: [],
  fingerprint: 'b'.repeat(64),
  versions: { regraft: '0.1.0', node: '20.19.0', onnxruntime: '1.16.3', platform: 'linux x64' },
  finishedAt: '2025-01-01T00:00:00.000Z',
};

it('gives mean and spread first, then each seed, then all predictions together and where the files are', () => {
  expect(formatRepeatsSummary(record, resolve('flowers-repeats'), screen)).toEqual([
    '',
    'Test accuracy 91.0 % ± 1.4 % over 2 seeds.',
    'With these seeds, the true mean lies between 89.0 % and 93.0 % (95 % interval, corrected for photos that the splits share).',
    '',
    '  seed    test photos  accuracy  log loss    ECE  validation   head',
    '  0               115    90.0 %     0.310  0.050      85.0 %  1.8 s',
    '  1                95    92.0 %     0.310  0.050           –  1.8 s',
    '  mean                   91.0 %     0.310  0.050           –  1.8 s',
    '  spread                  1.4 %     0.000  0.000           –  0.0 s',
    '',
    'All 1,210 test predictions together, of 1,190 photos: accuracy 90.9 %, ECE 0.033.',
    '',
    `Models  ${join('flowers-repeats', 'seed-0')} and 1 more`,
    `Record  ${join('flowers-repeats', 'repeats.json')}`,
    '',
    'Next: regraft compare flowers-repeats other-repeats',
  ]);
});

it('leaves the interval out where there is none, and passes on what to know', () => {
  const { accuracy, ...others } = record.summary;
  const lines = formatRepeatsSummary(
    {
      ...record,
      summary: { ...others, accuracy: { ...accuracy, interval95: null } },
      notices: ['All seeds were tested on the same photos.'],
    },
    resolve('flowers-repeats'),
    screen,
  );
  expect(lines.join('\n')).not.toContain('interval');
  expect(lines).toContain('! All seeds were tested on the same photos.');
});
