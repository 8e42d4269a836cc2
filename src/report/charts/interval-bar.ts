import { formatPercent, formatRange } from '../format.ts';
import { html, type Html } from '../html.ts';

/** What an interval bar shows; all fractions. */
export interface IntervalBar {
  readonly value: number;
  readonly interval: readonly [number, number];
  /** A rate to compare with, marked by a tick. */
  readonly baseline: number | null;
  /** What the rate is called, for those who do not see it. @default 'Accuracy' */
  readonly name?: string;
}

/** Draws a rate with its 95 % interval on a scale of 0 to 100 %, as wide as its place. */
export function drawIntervalBar({ value, interval, baseline, name = 'Accuracy' }: IntervalBar): Html {
  const [low, high] = interval;
  const middle = (low + high) / 2;
  const description =
    `${name} ${formatPercent(value)}, 95 percent interval ${formatRange(interval)}` +
    (baseline === null ? '' : `, most common class ${formatPercent(baseline)}`);
  return html`<svg
    class="interval"
    width="100%"
    height="${baseline === null ? 64 : 86}"
    role="img"
    aria-label="${description}"
  >
    <rect class="track" x="0" y="30" width="100%" height="10" rx="5" />
    <rect
      class="span"
      x="${share(low)}"
      y="26"
      width="${share(Math.max(high - low, 0.004))}"
      height="18"
      rx="4"
    />
    <line class="point" x1="${share(value)}" x2="${share(value)}" y1="21" y2="49" />
    <text
      class="strong"
      x="${share(middle > 0.7 ? high : middle < 0.3 ? low : middle)}"
      y="14"
      text-anchor="${anchor(middle)}"
    >
      95 % interval ${formatRange(interval)}
    </text>
    <text x="0" y="60">0</text>
    <text x="50%" y="60" text-anchor="middle">50</text>
    <text x="100%" y="60" text-anchor="end">100 %</text>
    ${
      baseline !== null &&
      html`<line class="tick" x1="${share(baseline)}" x2="${share(baseline)}" y1="26" y2="70" />
        <text x="${share(baseline)}" y="82" text-anchor="${anchor(baseline)}">
          always the most common class: ${formatPercent(baseline)}
        </text>`
    }
  </svg>`;
}

function anchor(fraction: number): string {
  if (fraction > 0.7) return 'end';
  return fraction < 0.3 ? 'start' : 'middle';
}

function share(fraction: number): string {
  return `${(Math.min(1, Math.max(0, fraction)) * 100).toFixed(2)}%`;
}
