/** The colours of one appearance of the report, `#rrggbb`. */
export interface Palette {
  readonly paper: string;
  readonly raised: string;
  readonly ink: string;
  readonly muted: string;
  readonly line: string;
  /** What is right, and the test part. */
  readonly accent: string;
  /** What is wrong. */
  readonly alarm: string;
  readonly training: string;
  readonly validation: string;
}

/** Colours on white paper. */
export const light: Palette = {
  paper: '#fdfcf9',
  raised: '#f4f2ec',
  ink: '#1d211f',
  muted: '#5d645f',
  line: '#e2dfd6',
  accent: '#1c6e49',
  alarm: '#b0441a',
  training: '#c9cdbf',
  validation: '#89a7c4',
};

/** Colours on a dark screen. */
export const dark: Palette = {
  paper: '#151816',
  raised: '#1e2220',
  ink: '#e7e8e3',
  muted: '#9ea69f',
  line: '#303632',
  accent: '#63c295',
  alarm: '#ee946a',
  training: '#4a524c',
  validation: '#5c7fa3',
};

/** Steps of a heat scale; 0 is a cell without heat. */
export const heatLevels = 10;

/** A cell's background and the text colour that is read best on it. */
export interface HeatColours {
  readonly background: string;
  readonly text: string;
}

/** Colours for heat `level` (1 … {@link heatLevels}), from the paper towards `colour`. */
export function heatColours(palette: Palette, colour: string, level: number): HeatColours {
  const background = mixColours(palette.paper, colour, 0.08 + (0.87 * level) / heatLevels);
  // Black or white reaches 4.5 on any background; the palette's softer ink would not.
  const text = contrast(background, '#000000') >= contrast(background, '#ffffff') ? '#000000' : '#ffffff';
  return { background, text };
}

/** Contrast of two colours, 1 to 21, as WCAG 2.2 defines it. */
export function contrast(one: string, other: string): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour: string): number {
  const [red, green, blue] = channels(colour).map((channel) => {
    const value = channel / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function mixColours(from: string, to: string, amount: number): string {
  const ends = channels(to);
  const mixed = channels(from).map((start, index) => start + ((ends[index] ?? start) - start) * amount);
  return `#${mixed.map((channel) => Math.round(channel).toString(16).padStart(2, '0')).join('')}`;
}

function channels(colour: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
}
