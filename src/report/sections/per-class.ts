import type { RunRecord } from '../../model/run-record.ts';
import { drawStackedBar } from '../charts/stacked-bar.ts';
import { formatCount, formatPercent } from '../format.ts';
import { html, name, type Content, type Html } from '../html.ts';
import { renderScrollable, renderSection } from './section.ts';

type ClassMetrics = RunRecord['metrics']['test']['perClass'][number];

const mostOpenRows = 40;
const shownOfMany = 20;

/** Renders precision, recall and F1 of each class; of many classes the weakest first, the rest folded away. */
export function renderPerClass({ metrics: { test } }: RunRecord): Html | null {
  if (test.count === 0) return null;
  return renderSection({
    id: 'classes',
    title: 'Classes',
    explanation: html`<b>Recall</b>: how many photos of the class were found. <b>Precision</b>: how many of
      the answers with its name were right. <b>F1</b> is their harmonic mean.`,
    body: tables(test),
  });
}

function tables({ perClass, macro }: RunRecord['metrics']['test']): Content {
  if (perClass.length <= mostOpenRows) return table('Each class', perClass, macro);
  const weakest = perClass
    .filter(({ support }) => support > 0)
    .sort((one, other) => (one.f1 ?? 0) - (other.f1 ?? 0))
    .slice(0, shownOfMany);
  return html`<h3>The ${weakest.length} weakest classes</h3>
    ${table('The weakest classes', weakest, macro)}
    <details>
      <summary>All ${formatCount(perClass.length)} classes</summary>
      ${table('Each class', perClass, macro)}
    </details>`;
}

function table(
  title: string,
  rows: readonly ClassMetrics[],
  macro: RunRecord['metrics']['test']['macro'],
): Html {
  return renderScrollable(
    title,
    html`<table class="scores ${rows.length > 12 && 'dense'}">
      <thead>
        <tr>
          <th scope="col">Class</th>
          <th scope="col" class="number">Test photos</th>
          <th scope="col" class="number">Precision</th>
          <th scope="col" class="number">Recall</th>
          <th scope="col" class="number">F1</th>
          <th scope="col" class="wide desktop"><span class="unseen">F1 as a bar</span></th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ({ label, support, precision, recall, f1 }) =>
            html`<tr>
              <th scope="row">${name(label)}</th>
              <td class="number">${formatCount(support)}</td>
              <td class="number">${formatPercent(precision)}</td>
              <td class="number">${formatPercent(recall)}</td>
              <td class="number">${formatPercent(f1)}</td>
              <td class="wide desktop">${drawF1(f1)}</td>
            </tr>`,
        )}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">Mean over all classes</th>
          <td></td>
          <td class="number">${formatPercent(macro.precision)}</td>
          <td class="number">${formatPercent(macro.recall)}</td>
          <td class="number">${formatPercent(macro.f1)}</td>
          <td class="wide desktop">${drawF1(macro.f1)}</td>
        </tr>
      </tfoot>
    </table>`,
  );
}

function drawF1(f1: number | null): Content {
  if (f1 === null) return null;
  return drawStackedBar(
    [
      { tone: 'test', value: f1 },
      { tone: 'rest', value: 1 - f1 },
    ],
    1,
  );
}
