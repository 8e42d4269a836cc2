import { html, type Html } from '../html.ts';

/** A line of a chart; `tone` names its colour in the stylesheet. */
export interface Series {
  readonly label: string;
  readonly tone: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** What a line chart shows. */
export interface LineChart {
  /** What the chart says, for those who do not see it. */
  readonly description: string;
  readonly series: readonly Series[];
  readonly xLabel: string;
  readonly yRange: readonly [number, number];
  readonly formatX: (value: number) => string;
  readonly formatY: (value: number) => string;
  /** Marks each point: for charts of few points. */
  readonly dots?: boolean;
  /** An x to point out. */
  readonly marked?: number | undefined;
}

const mostPoints = 600;

/** Draws lines over a common x axis, as wide as its place; text keeps its size at any width. */
export function drawLineChart(chart: LineChart): Html {
  const xRange = extent(chart.series.flatMap(({ points }) => points.map(([x]) => x)));
  const ticks = niceTicks(chart.yRange).map((tick) => ({
    label: chart.formatY(tick),
    y: position(tick, chart.yRange),
  }));
  return html`<figure class="chart">
    <figcaption>${legend(chart.series)}</figcaption>
    <div class="plot">
      <svg class="ordinate" width="44" height="${height + 20}" aria-hidden="true">
        ${ticks.map(
          ({ label, y }) => html`<text x="38" y="${(y + 14).toFixed(1)}" text-anchor="end">${label}</text>`,
        )}
      </svg>
      <svg
        class="lines"
        width="100%"
        height="${height + 20}"
        viewBox="-10 -10 1020 ${height + 20}"
        preserveAspectRatio="none"
        role="img"
        aria-label="${chart.description}"
      >
        ${ticks.map(
          ({ y }) => html`<line class="grid" x1="-10" x2="1010" y1="${y.toFixed(1)}" y2="${y.toFixed(1)}" />`,
        )}
        ${
          chart.marked !== undefined &&
          html`<line
            class="marked"
            x1="${(scale(chart.marked, xRange) * 1000).toFixed(1)}"
            x2="${(scale(chart.marked, xRange) * 1000).toFixed(1)}"
            y1="0"
            y2="${height}"
          />`
        }
        ${chart.series.map((series) => drawSeries(series, chart, xRange))}
      </svg>
    </div>
    <p class="abscissa">
      <span>${chart.formatX(xRange[0])}</span><span>${chart.xLabel}</span
      ><span>${chart.formatX(xRange[1])}</span>
    </p>
  </figure>`;
}

const height = 180;

function drawSeries(series: Series, chart: LineChart, xRange: readonly [number, number]): Html {
  const points = thinOut(series.points).map(
    ([x, y]) => `${(scale(x, xRange) * 1000).toFixed(1)} ${position(y, chart.yRange).toFixed(1)}`,
  );
  return html`<polyline class="line-${series.tone}" points="${points.join(', ')}" />${
      // A line of no length with round ends stays a circle when the drawing is stretched; a circle would not.
      chart.dots === true &&
      html`<path class="dots line-${series.tone}" d="${points.map((at) => `M${at}h0`).join('')}" />`
    }`;
}

function position(y: number, yRange: readonly [number, number]): number {
  return (1 - scale(y, yRange)) * height;
}

function legend(series: readonly Series[]): Html[] {
  return series.map(
    ({ label, tone }) => html`<span class="key"><i class="swatch line-${tone}"></i>${label}</span>`,
  );
}

function thinOut<T>(points: readonly T[]): readonly T[] {
  const stride = Math.ceil(points.length / mostPoints);
  return stride <= 1
    ? points
    : points.filter((_, index) => index % stride === 0 || index === points.length - 1);
}

function scale(value: number, [low, high]: readonly [number, number]): number {
  return high > low ? Math.min(1, Math.max(0, (value - low) / (high - low))) : 0.5;
}

function niceTicks([low, high]: readonly [number, number]): number[] {
  const rough = (high - low) / 4 || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
}

function extent(values: readonly number[]): readonly [number, number] {
  const low = values.reduce((one, other) => Math.min(one, other), Infinity);
  return low === Infinity ? [0, 1] : [low, values.reduce((one, other) => Math.max(one, other), -Infinity)];
}
