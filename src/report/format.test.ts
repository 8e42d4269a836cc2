import { expect, it } from 'vitest';
import {
  formatBytes,
  formatDuration,
  formatMoment,
  formatNumber,
  formatPercent,
  formatQuantity,
} from './format.ts';

it('never rounds a rate with a mistake up to 100 %, or one with a hit down to 0 %', () => {
  expect([1, 0.9999, 0.937, 0.0001, 0, null].map(formatPercent)).toEqual([
    '100\u00a0%',
    '99.9\u00a0%',
    '93.7\u00a0%',
    '0.1\u00a0%',
    '0\u00a0%',
    '–',
  ]);
});

it('writes times in the unit that fits', () => {
  expect([240, 8400, 59_960, 200_000, 3_900_000].map(formatDuration)).toEqual([
    '240\u00a0ms',
    '8.4\u00a0s',
    '1\u00a0min 0\u00a0s',
    '3\u00a0min 20\u00a0s',
    '1\u00a0h 5\u00a0min',
  ]);
});

it('writes small numbers without losing them', () => {
  expect([0, 0.001, 1e-4, 1.5e-9, 1234.5, 2.5e7].map(formatNumber)).toEqual([
    '0',
    '0.001',
    '1e-4',
    '1.5e-9',
    '1,235',
    '25,000,000',
  ]);
});

it('writes sizes, counts and moments', () => {
  expect([999, 24_103_118].map(formatBytes)).toEqual(['999\u00a0bytes', '24.1\u00a0MB']);
  expect([formatQuantity(1, 'photo'), formatQuantity(1200, 'photo')]).toEqual(['1 photo', '1,200 photos']);
  expect(formatMoment('2026-03-04T14:02:11Z')).toMatch(/^4 March 2026.*14:02\u00a0UTC$/);
  expect(formatMoment('yesterday')).toBe('yesterday');
});
