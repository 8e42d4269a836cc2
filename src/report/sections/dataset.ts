import type { RunRecord } from '../../model/run-record.ts';
import { drawStackedBar, type BarSegment } from '../charts/stacked-bar.ts';
import { formatCount, formatQuantity } from '../format.ts';
import { html, name, type Content, type Html } from '../html.ts';
import type { ReportOptions } from '../report-options.ts';
import { showImage } from '../show-image.ts';
import { renderScrollable, renderSection } from './section.ts';

/** Renders what was trained on: photos of each class and the part that each went to. */
export function renderDataset(run: RunRecord, options: ReportOptions): Html {
  const { split } = run;
  const total = split.training + split.validation + split.test;
  return renderSection({
    id: 'data',
    title: 'Photos',
    explanation: html`The head learned from the training photos, its settings were chosen on the validation
    photos, and the test photos were kept aside. ${sources[split.source]}`,
    body: html`<ul class="parts">
        ${part('training', split.training, total)} ${part('validation', split.validation, total)}
        ${part('test', split.test, total)}
      </ul>
      ${drawStackedBar(
        [
          { tone: 'training', value: split.training },
          { tone: 'validation', value: split.validation },
          { tone: 'test', value: split.test },
        ],
        total,
      )}
      ${classTables(run, options)}
      ${
        run.notices.length > 0 &&
        html`<h3>Notices</h3>
          <ul class="notices">
            ${run.notices.map((notice) => html`<li>${name(notice)}</li>`)}
          </ul>`
      }`,
  });
}

const sources: Readonly<Record<RunRecord['split']['source'], string>> = {
  hash: 'The split follows from a hash of each photo, so the same photos give the same split anywhere.',
  file: 'The split was given by a file.',
  dataset: 'The split is the one that the photos came with.',
};

const mostOpenRows = 40;
const shownOfMany = 12;

interface ClassRow {
  readonly label: string;
  readonly count: number;
  readonly segments: readonly BarSegment[];
  readonly description: string;
}

function classTables(run: RunRecord, options: ReportOptions): Content {
  const rows = run.dataset.classes.map((label, index) => classRow(run, options, label, index));
  if (rows.length <= mostOpenRows) return classTable('Photos of each class', rows, options);
  const largest = [...rows].sort((one, other) => other.count - one.count);
  return html`
    <h3>The largest classes</h3>
    ${classTable('The largest classes', largest.slice(0, shownOfMany), options)}
    <h3>The smallest classes</h3>
    ${classTable('The smallest classes', largest.slice(-shownOfMany), options)}
    <details>
      <summary>All ${formatCount(rows.length)} classes</summary>
      ${classTable('Photos of each class', rows, options)}
    </details>
  `;
}

function classTable(title: string, rows: readonly ClassRow[], { trainingSamples }: ReportOptions): Html {
  const most = rows.reduce((largest, { count }) => Math.max(largest, count), 0);
  const samples = trainingSamples !== undefined && trainingSamples.size > 0;
  return renderScrollable(
    title,
    html`<table class="${rows.length > 12 && 'dense'}">
      <thead>
        <tr>
          <th scope="col">Class</th>
          <th scope="col" class="number">Photos</th>
          <th scope="col" class="wide"><span class="unseen">Parts</span></th>
          ${samples && html`<th scope="col">From training</th>`}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ({ label, count, segments, description }) =>
            html`<tr>
              <th scope="row">${name(label)}</th>
              <td class="number">${formatCount(count)}</td>
              <td class="wide">
                ${drawStackedBar(segments, most)}<span class="unseen">${description}</span>
              </td>
              ${
                samples &&
                html`<td class="samples">
                  ${(trainingSamples.get(label) ?? []).map((uri) => showImage(uri, `A training photo of ${label}`))}
                </td>`
              }
            </tr>`,
        )}
      </tbody>
    </table>`,
  );
}

function classRow(run: RunRecord, { parts }: ReportOptions, label: string, index: number): ClassRow {
  // A class may be called `__proto__`: only own keys are counts.
  const counted = Object.hasOwn(run.dataset.counts, label) ? (run.dataset.counts[label] ?? 0) : 0;
  const given = parts?.get(label);
  if (given !== undefined) {
    const { training, validation, test } = given;
    return {
      label,
      count: training + validation + test,
      segments: [
        { tone: 'training', value: training },
        { tone: 'validation', value: validation },
        { tone: 'test', value: test },
      ],
      description: `${formatCount(training)} training, ${formatCount(validation)} validation, ${formatCount(test)} test`,
    };
  }
  const test = Math.min(counted, run.metrics.test.perClass[index]?.support ?? 0);
  return {
    label,
    count: counted,
    segments: [
      { tone: 'training', value: counted - test },
      { tone: 'test', value: test },
    ],
    description: `${formatCount(counted - test)} training or validation, ${formatCount(test)} test`,
  };
}

function part(tone: string, count: number, total: number): Html {
  const percent = total > 0 ? Math.round((count / total) * 100) : 0;
  return html`<li>
    <i class="swatch tone-${tone}"></i>${formatQuantity(count, `${tone} photo`)} <small>${percent} %</small>
  </li>`;
}
