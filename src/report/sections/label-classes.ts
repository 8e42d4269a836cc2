import type { RunRecord } from '../../model/run-record.ts';
import { drawStackedBar } from '../charts/stacked-bar.ts';
import { formatCount, formatPercent } from '../format.ts';
import { html, name, type Content, type Html } from '../html.ts';
import type { MultiLabelRecord } from '../label-verdict.ts';
import { renderScrollable, renderSection } from './section.ts';

type ClassRow = RunRecord['metrics']['test']['perClass'][number] & MultiLabelRecord['perClass'][number];

const mostOpenRows = 40;
const shownOfMany = 20;

/** Renders how each class of a multi-label run did; of many classes the weakest first, the rest folded away. */
export function renderLabelClasses(run: RunRecord, multiLabel: MultiLabelRecord): Html {
  const rows = run.metrics.test.perClass.flatMap((metrics, index): ClassRow[] => {
    const own = multiLabel.perClass[index];
    return own === undefined ? [] : [{ ...metrics, ...own }];
  });
  return renderSection({
    id: 'classes',
    title: 'Classes',
    wide: true,
    explanation: html`<b>Average precision</b> says how well the probabilities put photos of the class before
      others, whatever the threshold. A photo is named with a class from its <b>threshold</b> on, which was
      chosen for the largest F1 on photos that the scoring weights had not seen. <b>Recall</b>: how many
      photos of the class were found. <b>Precision</b>: how many of those named with it were right.`,
    body: tables(rows, run, multiLabel),
  });
}

function tables(rows: readonly ClassRow[], run: RunRecord, multiLabel: MultiLabelRecord): Content {
  if (rows.length <= mostOpenRows) return table('Each class', rows, run, multiLabel);
  const weakest = rows
    .filter(({ support }) => support > 0)
    .sort((one, other) => (one.averagePrecision ?? 0) - (other.averagePrecision ?? 0))
    .slice(0, shownOfMany);
  return html`<h3>The ${weakest.length} weakest classes</h3>
    ${table('The weakest classes', weakest, run, multiLabel)}
    <details>
      <summary>All ${formatCount(rows.length)} classes</summary>
      ${table('Each class', rows, run, multiLabel)}
    </details>`;
}

function table(
  title: string,
  rows: readonly ClassRow[],
  { metrics: { test } }: RunRecord,
  { meanAveragePrecision, micro }: MultiLabelRecord,
): Html {
  return renderScrollable(
    title,
    html`<table class="scores ${rows.length > 12 && 'dense'}">
      <thead>
        <tr>
          <th scope="col">Class</th>
          <th scope="col" class="number">Test photos</th>
          <th scope="col" class="number">Average precision</th>
          <th scope="col" class="wide desktop"><span class="unseen">Average precision as a bar</span></th>
          <th scope="col" class="number">Threshold</th>
          <th scope="col" class="number">Precision</th>
          <th scope="col" class="number">Recall</th>
          <th scope="col" class="number">F1</th>
          <th scope="col" class="number">Missed</th>
          <th scope="col" class="number">Wrong</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ({ label, support, averagePrecision, threshold, precision, recall, f1, missed, wrong }) =>
            html`<tr>
              <th scope="row">${name(label)}</th>
              <td class="number">${formatCount(support)}</td>
              <td class="number">${formatPercent(averagePrecision)}</td>
              <td class="wide desktop">${drawRate(averagePrecision)}</td>
              <td class="number">${formatPercent(threshold)}</td>
              <td class="number">${formatPercent(precision)}</td>
              <td class="number">${formatPercent(recall)}</td>
              <td class="number">${formatPercent(f1)}</td>
              <td class="number">${formatCount(missed)}</td>
              <td class="number">${formatCount(wrong)}</td>
            </tr>`,
        )}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">Mean over all classes</th>
          <td></td>
          <td class="number">${formatPercent(meanAveragePrecision)}</td>
          <td class="wide desktop">${drawRate(meanAveragePrecision)}</td>
          <td></td>
          <td class="number">${formatPercent(test.macro.precision)}</td>
          <td class="number">${formatPercent(test.macro.recall)}</td>
          <td class="number">${formatPercent(test.macro.f1)}</td>
          <td></td>
          <td></td>
        </tr>
        <tr>
          <th scope="row">All labels together</th>
          <td></td>
          <td></td>
          <td class="wide desktop"></td>
          <td></td>
          <td class="number">${formatPercent(micro.precision)}</td>
          <td class="number">${formatPercent(micro.recall)}</td>
          <td class="number">${formatPercent(micro.f1)}</td>
          <td></td>
          <td></td>
        </tr>
      </tfoot>
    </table>`,
  );
}

function drawRate(rate: number | null): Content {
  if (rate === null) return null;
  return drawStackedBar(
    [
      { tone: 'test', value: rate },
      { tone: 'rest', value: 1 - rate },
    ],
    1,
  );
}
