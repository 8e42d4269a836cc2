import { describe, expect, it } from 'vitest';
import { hasDiverged } from './divergence.ts';

const steps = (count: number, loss: number): number[] => new Array<number>(count).fill(loss);

describe('hasDiverged', () => {
  it.each([NaN, Infinity])('sees a last loss of %d at once', (loss) => {
    expect(hasDiverged([0.5, loss], 5, 'single-label')).toBe(true);
  });

  it('sees losses that stay above three times those of the start', () => {
    // Guessing among five classes costs ln 5 = 1.61, so 2 is more and 6 the bound.
    expect(hasDiverged([...steps(20, 2), ...steps(20, 6.1)], 5, 'single-label')).toBe(true);
    expect(hasDiverged([...steps(20, 2), ...steps(20, 5.9)], 5, 'single-label')).toBe(false);
  });

  it('lets a few steps pass that are far above', () => {
    expect(hasDiverged([...steps(60, 2), ...steps(5, 15)], 5, 'single-label')).toBe(false);
  });

  it('does not take a start that was almost perfect for the measure of all', () => {
    expect(hasDiverged([...steps(20, 0.01), ...steps(40, 1.5)], 5, 'single-label')).toBe(false);
    // Binary cross entropy: ln 2 = 0.69.
    expect(hasDiverged([...steps(20, 0.01), ...steps(40, 2.2)], 5, 'multi-label')).toBe(true);
    expect(hasDiverged([...steps(20, 0.01), ...steps(40, 2)], 5, 'multi-label')).toBe(false);
  });

  it('sees it in a short training too, where the rise is larger', () => {
    // 3 · √5 · ln 5 = 10.8
    expect(hasDiverged([...steps(4, 0.3), ...steps(4, 10.9)], 5, 'single-label')).toBe(true);
    expect(hasDiverged([...steps(4, 0.3), ...steps(4, 10.7)], 5, 'single-label')).toBe(false);
    // Before that, batches may just differ.
    expect(hasDiverged([0.3, 50], 5, 'single-label')).toBe(false);
    expect(hasDiverged([...steps(5, 2), ...steps(5, 12.1)], 5, 'single-label')).toBe(true);
    expect(hasDiverged([...steps(5, 2), ...steps(5, 11.9)], 5, 'single-label')).toBe(false);
  });

  it('says nothing before the first step', () => {
    expect(hasDiverged([], 5, 'single-label')).toBe(false);
  });
});
