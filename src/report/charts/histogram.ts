import { html, type Html } from '../html.ts';

/** Counts in equally wide bins; `tone` names its colour in the stylesheet. */
export interface BinnedCounts {
  readonly label: string;
  readonly tone: string;
  readonly counts: readonly number[];
}

/** Histograms of the same bins, one below the other. */
export interface Histogram {
  /** What the chart says, for those who do not see it. */
  readonly description: string;
  readonly rows: readonly BinnedCounts[];
  /** What is left and right on the axis. */
  readonly ends: readonly [string, string];
  /** A place on the axis to point out, from 0 to 1, and its name. */
  readonly mark: { readonly at: number; readonly label: string };
}

const rowHeight = 64;
const gap = 10;

/** Draws histograms over a common axis, each as high as its largest bin, as wide as its place. */
export function drawHistogram({ description, rows, ends, mark }: Histogram): Html {
  const height = rows.length * (rowHeight + gap);
  const at = (mark.at * 100).toFixed(2);
  return html`<figure class="chart">
    <figcaption>
      ${rows.map(({ label, tone }) => html`<span class="legend"><i class="swatch tone-${tone}"></i>${label}</span>`)}
    </figcaption>
    <svg class="histogram" width="100%" height="${height + 22}" role="img" aria-label="${description}">
      ${rows.map((row, index) => drawRow(row, index * (rowHeight + gap)))}
      <line class="marked" x1="${at}%" x2="${at}%" y1="0" y2="${height}" />
      <text x="${at}%" y="${height + 16}" text-anchor="${anchor(mark.at)}">${mark.label}</text>
    </svg>
    <p class="abscissa"><span>${ends[0]}</span><span>${ends[1]}</span></p>
  </figure>`;
}

function drawRow({ tone, counts }: BinnedCounts, top: number): Html {
  const largest = Math.max(1, ...counts);
  const width = 100 / counts.length;
  const base = top + rowHeight;
  return html`${counts.map((count, bin) => {
      const bar = (count / largest) * rowHeight;
      return (
        count > 0 &&
        html`<rect
          class="tone-${tone}"
          x="${(bin * width).toFixed(2)}%"
          y="${(base - bar).toFixed(1)}"
          width="${(width * 0.86).toFixed(2)}%"
          height="${bar.toFixed(1)}"
        />`
      );
    })} <line class="grid" x1="0" x2="100%" y1="${base}" y2="${base}" />`;
}

function anchor(fraction: number): string {
  if (fraction > 0.9) return 'end';
  return fraction < 0.1 ? 'start' : 'middle';
}
