import { html, type Html } from '../html.ts';

/** A piece of a stacked bar; `tone` names its colour in the stylesheet. */
export interface BarSegment {
  readonly tone: string;
  readonly value: number;
}

/** Draws values end to end on a scale that ends at `total`; decoration only, so the numbers must stand beside it. */
export function drawStackedBar(segments: readonly BarSegment[], total: number): Html {
  const scale = total > 0 ? 100 / total : 0;
  let start = 0;
  const rectangles = segments.map(({ tone, value }) => {
    const rectangle = html`<rect
      class="tone-${tone}"
      x="${(start * scale).toFixed(2)}%"
      y="0"
      width="${(value * scale).toFixed(2)}%"
      height="100%"
    />`;
    start += value;
    return value > 0 && rectangle;
  });
  return html`<svg class="bar" width="100%" height="10" aria-hidden="true">${rectangles}</svg>`;
}
