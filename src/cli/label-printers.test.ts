import { expect, it } from 'vitest';
import type { Prediction } from '../prediction.ts';
import { printLabelCsv, printLabels } from './label-printers.ts';
import { openMemoryScreen } from './testing/memory-screen.ts';

const rose = { label: 'roses', probability: 0.973 };
const garden = { label: 'garden', probability: 0.41 };
const wall = { label: 'wall', probability: 0.31 };
const predictions: Prediction[] = [
  { path: 'a.jpg', ...rose, top: [rose, garden], labels: [rose, garden] },
  { path: 'some/b.jpg', ...garden, top: [garden, wall], labels: [wall] },
  { path: 'c.jpg', ...wall, top: [wall], labels: [] },
  {
    path: 'd.jpg',
    label: null,
    probability: null,
    top: [],
    error: { code: 'PHOTO_EMPTY', reason: 'The file has no bytes.' },
  },
];

function printed(
  open: (screen: ReturnType<typeof openMemoryScreen>['screen']) => ReturnType<typeof printLabels>,
): string {
  const { screen, text } = openMemoryScreen('file');
  const printer = open(screen);
  predictions.forEach((prediction) => printer.add(prediction));
  printer.end();
  return text();
}

it('lines name every label, then the nearest that a photo has not', () => {
  const widest = 'some/b.jpg'.length;
  expect(printed((screen) => printLabels(screen, widest))).toBe(
    'a.jpg       →  roses 97.3 %, garden 41.0 %\n' +
      'some/b.jpg  →  wall 31.0 %  not garden 41.0 %\n' +
      'c.jpg       →  no label  nearest: wall 31.0 %\n' +
      'd.jpg       ✖  PHOTO_EMPTY: The file has no bytes.\n',
  );
});

it('CSV has the labels in one cell and their probabilities in another, with the most probable classes on request', () => {
  expect(printed((screen) => printLabelCsv(screen, ['garden', 'roses', 'wall'], 0))).toBe(
    'path,labels,probabilities,error,reason\n' +
      'a.jpg,roses;garden,0.973;0.41,,\n' +
      'some/b.jpg,wall,0.31,,\n' +
      'c.jpg,,,,\n' +
      'd.jpg,,,PHOTO_EMPTY,The file has no bytes.\n',
  );
  const [header, first] = printed((screen) => printLabelCsv(screen, ['garden; wild', 'roses'], 1)).split(
    '\n',
  );
  expect(header).toBe('path,labels,probabilities,label,probability,error,reason');
  // A name that holds the separator makes it the other one.
  expect(first).toBe('a.jpg,roses|garden,0.973|0.41,roses,0.973,,');
});
