import { expect, it } from 'vitest';
import { smoothTargets } from './smooth-targets.ts';

const targets = Float32Array.of(1, 0, 0, 0, 0, 0, 0, 1);

it('spreads a share of the target of each chosen photo over the classes', () => {
  const smoothed = smoothTargets(targets, Int32Array.of(1, 0), 4, 0.2);
  const expected = [0.05, 0.05, 0.05, 0.85, 0.85, 0.05, 0.05, 0.05];
  for (const [index, value] of expected.entries()) expect(smoothed[index]).toBeCloseTo(value, 6);
  expect(smoothTargets(targets, Int32Array.of(0, 1), 4, 0)).toEqual(targets);
});
