import { expect, it } from 'vitest';
import { RegraftError } from '../errors.ts';
import { readLabels } from './read-labels.ts';

it('labels are the lines of the file', () => {
  expect(readLabels('daisy\nred rose\n', 'labels.txt')).toEqual(['daisy', 'red rose']);
});

it('labels keep their script, their case and their blanks', () => {
  expect(readLabels('Gänseblümchen\n雛菊\n Rose, red\nrose', 'labels.txt')).toEqual([
    'Gänseblümchen',
    '雛菊',
    ' Rose, red',
    'rose',
  ]);
});

it('a byte order mark, Windows line ends and empty lines at the end are no part of labels', () => {
  expect(readLabels('\uFEFFdaisy\r\nrose\r\n\r\n\n', 'labels.txt')).toEqual(['daisy', 'rose']);
});

it('a name that occurs again is numbered, and the number is one that no other line has', () => {
  expect(readLabels('crane\ncrane\ncrane (2)\ncrane\n', 'labels.txt')).toEqual([
    'crane',
    'crane (3)',
    'crane (2)',
    'crane (4)',
  ]);
});

it.each([
  ['', 'line 1 is empty'],
  ['\n\n', 'line 1 is empty'],
  ['daisy\n\nrose\n', 'line 2 is empty'],
  ['daisy\n  \nrose\n', 'line 2 is empty'],
])('labels %j are refused with the line', (text, found) => {
  let error: unknown;
  try {
    readLabels(text, 'labels.txt');
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(RegraftError);
  expect(error).toMatchObject({
    code: 'BACKBONE_INVALID',
    message: `Expected a label on each line of labels.txt, but ${found}.`,
  });
});
