import { describe, expect, it } from 'vitest';
import { contrast, dark, heatColours, heatLevels, light } from './palette.ts';

describe('contrast', () => {
  it('is 21 for black on white and 1 for equal colours', () => {
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 6);
    expect(contrast('#1c6e49', '#1c6e49')).toBe(1);
  });

  it('is the published 4.54 for #767676 on white', () => {
    expect(contrast('#767676', '#ffffff')).toBeCloseTo(4.54, 2);
  });
});

describe.each([
  ['light', light],
  ['dark', dark],
])('the %s palette', (_, palette) => {
  it('keeps all text at a contrast of 4.5 or more', () => {
    for (const text of [palette.ink, palette.muted, palette.accent, palette.alarm]) {
      expect(contrast(text, palette.paper), text).toBeGreaterThanOrEqual(4.5);
      expect(contrast(text, palette.raised), text).toBeGreaterThanOrEqual(4.5);
    }
  });

  it('keeps counts readable at every heat', () => {
    for (let level = 1; level <= heatLevels; level += 1) {
      for (const colour of [palette.accent, palette.alarm]) {
        const { background, text } = heatColours(palette, colour, level);
        expect(contrast(background, text)).toBeGreaterThanOrEqual(4.5);
      }
    }
  });
});
