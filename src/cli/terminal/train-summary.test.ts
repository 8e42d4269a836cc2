import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { openMemoryScreen } from '../testing/memory-screen.ts';
import { makeRunRecord } from '../testing/run-record.ts';
import { formatTrainSummary } from './train-summary.ts';

const { screen } = openMemoryScreen('file');

it('says the accuracy with its interval, the classes, the confused pair, the files and the next command', () => {
  expect(formatTrainSummary(makeRunRecord(), resolve('flowers-model'), screen)).toEqual([
    '',
    'Test accuracy 90.0 %: right for 27 of 30 photos that it was not trained on.',
    'With this many photos, the true accuracy lies between 74.4 % and 96.5 % (95 % interval).',
    '',
    '  class   photos    found  right when named',
    '  daisy       10  100.0 %           100.0 %',
    '  roses       10   90.0 %            80.0 %',
    '  tulips      10   80.0 %                 –',
    '',
    'Most often confused: tulips taken for roses (2 of 10).',
    '',
    `Model   ${join('flowers-model', 'model.onnx')}  24.1 MB`,
    `Report  ${join('flowers-model', 'report.html')}`,
    'Done in 6.4 s.',
    '',
    'Next: regraft predict flowers-model photo.jpg',
  ]);
});

it("ends with the classic's line for the classic's head", () => {
  const run = makeRunRecord((record) => (record.head.type = 'retrain'));
  expect(formatTrainSummary(run, 'out', screen).at(-1)).toBe('Final test accuracy = 90.0%');
});

it('lists the first five skipped photos and counts the rest', () => {
  const run = makeRunRecord((record) => {
    record.skipped = Array.from({ length: 7 }, (_, index) => ({
      path: `daisy/${index}.jpg`,
      code: 'PHOTO_EMPTY' as const,
      reason: 'The file has no bytes.',
    }));
  });
  const lines = formatTrainSummary(run, 'out', screen);
  const start = lines.indexOf('7 files left out:');
  expect(lines[start + 1]).toBe('  daisy/0.jpg  PHOTO_EMPTY: The file has no bytes.');
  expect(lines[start + 6]).toBe('  and 2 more: see the report');
});

it('leaves the table out with more than twelve classes, and quotes a path with spaces', () => {
  const run = makeRunRecord(
    (record) => (record.dataset.classes = Array.from({ length: 13 }, (_, index) => `c${index}`)),
  );
  const text = formatTrainSummary(run, 'my model', screen).join('\n');
  expect(text).not.toContain('right when named');
  expect(text).toContain("Next: regraft predict 'my model' photo.jpg");
});

it('offers no prediction for a head without its network', () => {
  const run = makeRunRecord(
    (record) => (record.backbone = { ...record.backbone, id: 'bottlenecks', sha256: null, form: null }),
  );
  expect(formatTrainSummary(run, 'out', screen).join('\n')).not.toContain('regraft predict');
});

it('says of several labels their mean average precision, how many photos are all right, and thresholds', () => {
  const run = makeRunRecord((record) => {
    record.metrics.multiLabel = {
      validationMeanAveragePrecision: 0.9,
      meanAveragePrecision: 0.876,
      micro: { precision: 0.8, recall: 0.9, f1: 0.85 },
      perClass: ['daisy', 'roses', 'tulips'].map((label, index) => ({
        label,
        averagePrecision: index === 2 ? null : 0.9,
        threshold: 0.25 * (index + 1),
        hits: 9,
        missed: 1,
        wrong: 2,
      })),
      mistakes: [],
    };
  });
  expect(formatTrainSummary(run, resolve('flowers-model'), screen).slice(1, 8)).toEqual([
    'Test mAP 87.6 %: the average precision of a label, as a mean over 3 labels.',
    'Every label is right for 27 of 30 photos that it was not trained on, 90.0 %.',
    'With this many photos, the true share lies between 74.4 % and 96.5 % (95 % interval).',
    '',
    '  label   photos      AP  threshold    found  right when named',
    '  daisy       10  90.0 %       0.25  100.0 %           100.0 %',
    '  roses       10  90.0 %       0.50   90.0 %            80.0 %',
  ]);
});

it('says how many photos are called unknown, and of a class that was left out', () => {
  const run = makeRunRecord((record) => {
    record.unknown = {
      method: 'least-squares-neighbour-subspace',
      threshold: 1.5,
      falseRejection: 0.05,
      photos: 270,
      test: { count: 30, rejected: 1, interval95: [0.006, 0.167], acceptedAccuracy: 27 / 29 },
      leftOut: {
        auroc: 0.8725,
        classes: [
          { label: 'daisy', photos: 100, auroc: 0.9, rejected: 0.5 },
          { label: 'roses', photos: 100, auroc: 0.845, rejected: 0.25 },
        ],
      },
      histogram: { from: -3, to: 1, known: [29, 1], leftOut: [60, 140] },
    };
  });
  const lines = formatTrainSummary(run, 'out', screen);
  expect(lines).toContain('Called unknown, wrongly: 1 of 30 photos. 93.1 % of the others are right.');
  expect(lines).toContain('Photos of a class that it was not shown: 37.5 % called unknown (AUROC 0.873).');
});
