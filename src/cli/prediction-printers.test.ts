import { describe, expect, it } from 'vitest';
import type { Prediction } from '../prediction.ts';
import { printCsv, printTable } from './prediction-printers.ts';
import { openMemoryScreen } from './testing/memory-screen.ts';

const predictions: Prediction[] = [
  {
    path: 'a, "b".jpg',
    label: 'roses',
    probability: 0.973,
    top: [
      { label: 'roses', probability: 0.973 },
      { label: 'tulips', probability: 0.018 },
    ],
  },
  {
    path: 'バラ.jpg',
    label: null,
    probability: null,
    top: [],
    error: { code: 'PHOTO_EMPTY', reason: 'The file has no bytes.' },
  },
];
/** Columns of the widest path. */
const widest = 'a, "b".jpg'.length;

it('CSV is quoted where it must be, with a column for the error', () => {
  const { screen, text } = openMemoryScreen('file');
  const printer = printCsv(screen, 2);
  predictions.forEach((prediction) => printer.add(prediction));
  printer.end();
  expect(text()).toBe(
    'path,label,probability,label2,probability2,error,reason\n' +
      '"a, ""b"".jpg",roses,0.973,tulips,0.018,,\n' +
      'バラ.jpg,,,,,PHOTO_EMPTY,The file has no bytes.\n',
  );
});

it('lines for people are aligned and name the runner-up, or why there is no answer', () => {
  const { screen, text } = openMemoryScreen('file');
  const printer = printTable(screen, widest, ['roses', 'sunflowers', 'tulips']);
  predictions.forEach((prediction) => printer.add(prediction));
  printer.end();
  expect(text()).toBe(
    'a, "b".jpg  →  roses        97.3 %  tulips 1.8 %\n' +
      'バラ.jpg    ✖  PHOTO_EMPTY: The file has no bytes.\n',
  );
});

it('on a narrow terminal the path is cut from its beginning and the runner-up left out', () => {
  const { screen, text } = openMemoryScreen('tty', { NO_COLOR: '1' }, 44);
  const path = 'holiday/2026/summer/in the garden/DSC_0012.jpg';
  const printer = printTable(screen, path.length, ['roses', 'tulips']);
  printer.add({ ...predictions[0]!, path });
  printer.end();
  expect(text()).toBe('…he garden/DSC_0012.jpg  →  roses    97.3 %\n');
});

describe('of a model that tells unknown photos', () => {
  const [known, unreadable] = predictions;
  const told: Prediction[] = [
    { ...known!, unknown: { score: 0.25, isUnknown: false } },
    { ...known!, path: 'cat.jpg', unknown: { score: 2.5, isUnknown: true } },
    unreadable!,
  ];

  it('CSV ends with the verdict and the score, which keeps the other columns in their places', () => {
    const { screen, text } = openMemoryScreen('file');
    const printer = printCsv(screen, 1, true);
    told.forEach((prediction) => printer.add(prediction));
    printer.end();
    expect(text()).toBe(
      'path,label,probability,error,reason,unknown,unknownScore\n' +
        '"a, ""b"".jpg",roses,0.973,,,false,0.25\n' +
        'cat.jpg,roses,0.973,,,true,2.5\n' +
        'バラ.jpg,,,PHOTO_EMPTY,The file has no bytes.,,\n',
    );
  });

  it('lines for people say unknown, and the class that is nearest', () => {
    const { screen, text } = openMemoryScreen('file');
    const printer = printTable(screen, widest, ['roses', 'tulips']);
    told.forEach((prediction) => printer.add(prediction));
    printer.end();
    expect(text()).toBe(
      'a, "b".jpg  →  roses    97.3 %  tulips 1.8 %\n' +
        'cat.jpg     →  unknown  (nearest: roses 97.3 %)\n' +
        'バラ.jpg    ✖  PHOTO_EMPTY: The file has no bytes.\n',
    );
  });
});
