import { expect, it } from 'vitest';
import { countOf, formatBytes, formatDuration, formatPercent, formatTimeLeft } from './units.ts';

it.each([
  [0, '0.0 s'],
  [400, '0.4 s'],
  [14_230, '14.2 s'],
  [59_949, '59.9 s'],
  [59_950, '1 min 00 s'],
  [125_000, '2 min 05 s'],
  [3_599_600, '1 h 00 min'],
  [3_780_000, '1 h 03 min'],
])('%d ms is %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

it.each([
  [10, '1 s'],
  [5_400, '6 s'],
  [59_499, '60 s'],
  [61_000, '1 min 01 s'],
])('%d ms left is %s', (ms, text) => {
  expect(formatTimeLeft(ms)).toBe(text);
});

it.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [1000, '1.0 kB'],
  [999_940, '1000 kB'],
  [999_960, '1.0 MB'],
  [23_942_928, '23.9 MB'],
  [229_000_000, '229 MB'],
  [4.2e15, '4200 TB'],
])('%d bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

it('counts with the right noun', () => {
  expect([countOf(0, 'photo'), countOf(1, 'photo'), countOf(2, 'photo')]).toEqual([
    '0 photos',
    '1 photo',
    '2 photos',
  ]);
});

it('gives percentages one decimal', () => {
  expect([formatPercent(0), formatPercent(0.9266), formatPercent(1)]).toEqual(['0.0 %', '92.7 %', '100.0 %']);
});
