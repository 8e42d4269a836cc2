import type { RunRecord } from '../../model/run-record.ts';
import { formatCount, formatPercent } from '../format.ts';
import { html, name, type Content, type Html } from '../html.ts';
import { heatLevels } from '../palette.ts';
import { renderScrollable, renderSection } from './section.ts';

const mostClassesInMatrix = 100;
const mostClassesBesideHeading = 16;
const mostClassesOnPaper = 24;
const mostPairs = 12;

/** Renders which classes are taken for which: the matrix up to 100 classes, and the most confused pairs. */
export function renderConfusion(run: RunRecord): Html | null {
  const { count, confusion } = run.metrics.test;
  if (count === 0) return null;
  const { classes } = run.dataset;
  const drawn = classes.length <= mostClassesInMatrix;
  return renderSection({
    id: 'confusion',
    title: 'Confusions',
    wide: drawn && classes.length > mostClassesBesideHeading,
    explanation: drawn
      ? html`Each row is what the test photos show, each column what the classifier answered. Right answers
        lie on the diagonal; a stronger colour is a larger share of the row.`
      : html`With ${formatCount(classes.length)} classes a matrix would be unreadable: these are the pairs
        that are mixed up most often.`,
    body: html`${drawn && drawMatrix(classes, confusion)} ${listPairs(run)}`,
  });
}

function drawMatrix(classes: readonly string[], confusion: readonly (readonly number[])[]): Html {
  const size = classes.length <= 6 ? 'large' : classes.length <= 14 ? 'medium' : 'small';
  const numbered = classes.length > 40;
  const table = html`<table class="matrix ${size}">
    <caption class="unseen">
      Confusion matrix: test photos by true class (rows) and answered class (columns)
    </caption>
    <thead>
      <tr>
        <td></td>
        ${classes.map(
          (label, index) =>
            html`<th scope="col" title="${label}">
              ${
                numbered
                  ? html`<span aria-hidden="true">${index + 1}</span
                      ><span class="unseen">${name(label)}</span>`
                  : html`<span class="upright">${name(label)}</span>`
              }
            </th>`,
        )}
      </tr>
    </thead>
    <tbody>
      ${classes.map((label, row) => {
        const counts = confusion[row] ?? [];
        return html`<tr>
          <th scope="row" title="${label}">
            <span class="clip"
              >${numbered && html`<small aria-hidden="true">${row + 1}</small> `}${name(label)}</span
            >
          </th>
          ${classes.map((_, column) => drawCell(counts, row, column, size))}
        </tr>`;
      })}
    </tbody>
  </table>`;
  const frame = renderScrollable('Confusion matrix', table);
  if (classes.length <= mostClassesOnPaper) return frame;
  return html`<div class="screen-only ${numbered && 'window'}">${frame}</div>
    <p class="print-only">The whole matrix is too wide for paper; it is in the report on screen.</p>`;
}

function drawCell(counts: readonly number[], row: number, column: number, size: string): Html {
  const count = counts[column] ?? 0;
  const total = counts.reduce((sum, value) => sum + value, 0);
  if (count === 0) {
    return html`<td class="${row === column ? 'diagonal' : 'none'}">${size === 'large' && '0'}</td>`;
  }
  const part = count / total;
  // A few mistakes among many hits must still be seen: their scale is the square root.
  const heat = row === column ? part : Math.sqrt(part);
  const level = Math.max(1, Math.ceil(heat * heatLevels));
  return html`<td class="${row === column ? 'hit' : 'miss'}-${level}">
    ${count}${size === 'large' && html`<small>${formatPercent(part)}</small>`}
  </td>`;
}

interface Pair {
  readonly truth: string;
  readonly answer: string;
  readonly count: number;
  readonly support: number;
}

function listPairs({ dataset: { classes }, metrics: { test } }: RunRecord): Content {
  const pairs = findPairs(classes, test.confusion);
  if (pairs.length === 0) return html`<p>Not one test photo was taken for another class.</p>`;
  const more = pairs.length - mostPairs;
  return html`<h3>Most confused pairs</h3>
    ${renderScrollable(
      'Most confused pairs',
      html`<table>
        <thead>
          <tr>
            <th scope="col">Photos of</th>
            <th scope="col">were taken for</th>
            <th scope="col" class="number">Times</th>
            <th scope="col" class="number">Share of the class</th>
          </tr>
        </thead>
        <tbody>
          ${pairs.slice(0, mostPairs).map(
            ({ truth, answer, count, support }) =>
              html`<tr>
                <th scope="row">${name(truth)}</th>
                <td>${name(answer)}</td>
                <td class="number">${formatCount(count)}</td>
                <td class="number">${formatPercent(count / support)}</td>
              </tr>`,
          )}
        </tbody>
      </table>`,
    )}
    ${more > 0 && html`<p class="quiet">and ${formatCount(more)} more with at most ${pairs[mostPairs]?.count ?? 0} each</p>`}`;
}

function findPairs(classes: readonly string[], confusion: readonly (readonly number[])[]): Pair[] {
  const pairs: Pair[] = [];
  for (const [row, counts] of confusion.entries()) {
    const support = counts.reduce((sum, value) => sum + value, 0);
    for (const [column, count] of counts.entries()) {
      if (column === row || count === 0) continue;
      pairs.push({ truth: classes[row] ?? '', answer: classes[column] ?? '', count, support });
    }
  }
  return pairs.sort(
    (one, other) => other.count - one.count || other.count / other.support - one.count / one.support,
  );
}
