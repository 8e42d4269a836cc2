import type { RunRecord } from '../../model/run-record.ts';
import { formatCount, formatPercent } from '../format.ts';
import { html, name, type Content, type Html } from '../html.ts';
import type { ReportOptions } from '../report-options.ts';
import { photoList, placesNote, showExplained } from '../show-explained.ts';
import { renderScrollable, renderSection } from './section.ts';

/** Renders the test photos that were named wrong with the highest probabilities. */
export function renderMistakes(run: RunRecord, options: ReportOptions): Html | null {
  const { count, accuracy } = run.metrics.test;
  if (count === 0) return null;
  const wrong = Math.max(run.mistakes.length, Math.round((1 - accuracy) * count));
  return renderSection({
    id: 'mistakes',
    title: 'Mistakes',
    explanation:
      wrong === 0
        ? 'What the classifier got wrong on the test photos.'
        : html`The test photos it was most sure about and got wrong. Often the photo shows two things, or its
          label is the mistake.`,
    body: html`${(options.heats?.size ?? 0) > 0 && html`<p class="quiet">${placesNote('what was named')}</p>`}
    ${wrong === 0 ? html`<p>None: every test photo was named right.</p>` : list(run, options, wrong)}
    ${examples(options)}`,
  });
}

type Mistake = RunRecord['mistakes'][number];

function list({ mistakes }: RunRecord, options: ReportOptions, wrong: number): Content {
  const { thumbnails } = options;
  const pictured = mistakes.filter(({ path }) => thumbnails.has(path));
  const others = mistakes.filter(({ path }) => !thumbnails.has(path));
  return html`${
    wrong > mistakes.length &&
    html`<p class="quiet">${formatCount(mistakes.length)} of ${formatCount(wrong)}</p>`
  }
  ${pictured.length > 0 && grid(pictured, options)}
  ${pictured.length > 0 && others.length > 0 && html`<h3>More mistakes</h3>`}
  ${others.length > 0 && table(others)}`;
}

function grid(mistakes: readonly Mistake[], options: ReportOptions): Html {
  return html`<ul class="${photoList(options)}">
    ${mistakes.map(
      ({ path, label, predicted, probability }) =>
        html`<li>
          ${showExplained(path, `Test photo of ${label}, taken for ${predicted}`, predicted, options)}
          <p>
            <span class="truth">${name(label)}</span> <span aria-hidden="true">→</span
            ><span class="unseen"> taken for </span> <strong class="answer">${name(predicted)}</strong>
          </p>
          <p class="path" title="${path}">
            <span class="probability">${formatPercent(probability)}</span> · ${name(path)}
          </p>
        </li>`,
    )}
  </ul>`;
}

/** A few photos that were named right: what heat looks like where it lies on the right thing. */
function examples(options: ReportOptions): Content {
  const shown = (options.examples ?? []).filter(({ path }) => options.heats?.has(path) === true);
  return (
    shown.length > 0 &&
    html`<h3>Named right, for comparison</h3>
      <p class="quiet">Of each class the photo that it was surest of.</p>
      <ul class="${photoList(options)}">
        ${shown.map(
          ({ path, label, probability }) =>
            html`<li>
              ${showExplained(path, `Test photo of ${label}, named right`, label, options)}
              <p><strong>${name(label)}</strong></p>
              <p class="path" title="${path}">
                <span class="probability">${formatPercent(probability)}</span> · ${name(path)}
              </p>
            </li>`,
        )}
      </ul>`
  );
}

function table(mistakes: readonly Mistake[]): Html {
  return renderScrollable(
    'Mistakes without a picture',
    html`<table class="${mistakes.length > 12 && 'dense'}">
      <thead>
        <tr>
          <th scope="col">Photo</th>
          <th scope="col">shows</th>
          <th scope="col">was taken for</th>
          <th scope="col" class="number">with</th>
        </tr>
      </thead>
      <tbody>
        ${mistakes.map(
          ({ path, label, predicted, probability }) =>
            html`<tr>
              <th scope="row">${name(path)}</th>
              <td>${name(label)}</td>
              <td>${name(predicted)}</td>
              <td class="number">${formatPercent(probability)}</td>
            </tr>`,
        )}
      </tbody>
    </table>`,
  );
}
