import type { RunRecord } from '../../model/run-record.ts';
import { drawIntervalBar } from '../charts/interval-bar.ts';
import { formatDuration, formatMoment, formatPercent, formatPoints, formatQuantity } from '../format.ts';
import { html, name, type Content, type Html } from '../html.ts';
import { explainLabelInterval, writeLabelVerdict } from '../label-verdict.ts';
import { explainInterval, findBaseline, writeVerdict } from '../verdict.ts';

/** Renders the top of the report: what it is about, the test accuracy and the verdict. */
export function renderSummary(run: RunRecord): Html {
  const { test, multiLabel } = run.metrics;
  const figure = multiLabel === undefined ? testAccuracy(run) : multiLabel.meanAveragePrecision;
  return html`<header class="summary">
    <p class="brand">Regraft <span>training report</span></p>
    <h1>${name(run.dataset.name)}</h1>
    <p class="about">
      ${formatQuantity(run.dataset.classes.length, 'class', 'classes')},
      ${formatQuantity(countPhotos(run), 'photo')} · trained in ${formatDuration(run.timings.totalMs)} ·
      <time datetime="${run.finishedAt}">${formatMoment(run.finishedAt)}</time>
    </p>
    <div class="headline">
      <p class="figure">
        ${
          figure === null
            ? html`<strong>–</strong>`
            : html`<strong>${formatPoints(figure)}<small> %</small></strong>`
        }
        <span>${multiLabel === undefined ? 'test accuracy' : 'mean average precision'}</span>
      </p>
      <div>
        <p class="verdict">
          ${multiLabel === undefined ? writeVerdict(run) : writeLabelVerdict(run, multiLabel)}
        </p>
        ${
          test.count > 0 &&
          drawIntervalBar({
            value: test.accuracy,
            interval: test.interval95,
            baseline: multiLabel === undefined ? (findBaseline(run)?.accuracy ?? null) : null,
            name: multiLabel === undefined ? 'Accuracy' : 'Every label right',
          })
        }
        <p class="quiet">${multiLabel === undefined ? explainInterval(run) : explainLabelInterval(run)}</p>
      </div>
    </div>
    <dl class="facts">${facts(run)}</dl>
  </header> `;
}

function countPhotos(run: RunRecord): number {
  return run.split.training + run.split.validation + run.split.test;
}

function testAccuracy({ metrics: { test } }: RunRecord): number | null {
  return test.count === 0 ? null : test.accuracy;
}

function facts(run: RunRecord): Content {
  const { dataset, head, metrics } = run;
  const { validation, test, multiLabel } = metrics;
  if (multiLabel !== undefined) {
    const { validationMeanAveragePrecision: area, micro } = multiLabel;
    return [
      area !== null && fact('Validation mAP', formatPercent(area)),
      fact('Every label right', formatPercent(test.accuracy)),
      fact('Macro F1', formatPercent(test.macro.f1)),
      fact('Micro F1', formatPercent(micro.f1)),
      fact('Calibration error', formatPercent(test.ece)),
      fact('Head', head.type),
    ];
  }
  // Being among nearly all classes says nothing.
  const last = test.topK.filter(({ k }) => k > 1 && k <= dataset.classes.length / 2).at(-1);
  return [
    validation.accuracy !== null && fact('Validation accuracy', formatPercent(validation.accuracy)),
    test.count > 0 && fact('Macro F1', formatPercent(test.macro.f1)),
    test.count > 0 &&
      last !== undefined &&
      fact(`Right class among the top ${String(last.k)}`, formatPercent(last.accuracy)),
    test.count > 0 && fact('Calibration error', formatPercent(test.ece)),
    fact('Head', head.type),
  ];
}

function fact(label: string, value: string): Html {
  return html`<div>
    <dt>${label}</dt>
    <dd>${value}</dd>
  </div>`;
}
