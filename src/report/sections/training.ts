import type { RunRecord } from '../../model/run-record.ts';
import { drawLineChart, type LineChart } from '../charts/line-chart.ts';
import { formatCount, formatNumber, formatPercent } from '../format.ts';
import { html, type Content, type Html } from '../html.ts';
import { renderScrollable, renderSection } from './section.ts';

type Head = RunRecord['head'];
type CurvePoint = NonNullable<Head['curve']>[number];
type Trial = NonNullable<Head['trials']>[number];

/** Renders how the head was trained: its curve, or the strengths of regularisation that were tried. */
export function renderTraining({ head, metrics }: RunRecord): Html | null {
  const { curve = [], trials = [] } = head;
  if (curve.length === 0 && trials.length === 0) return null;
  return renderSection({
    id: 'training',
    title: 'Training',
    explanation:
      curve.length > 0
        ? html`Accuracy should rise and cross entropy fall until both are level. Training accuracy far above
          validation accuracy means that the photos were learned by heart.`
        : html`A stronger L2 penalty keeps the weights small and the classifier simple. ${chosenBy(head)}`,
    body: html`${curve.length > 0 && drawCurve(curve)}
    ${trials.length > 0 && listTrials(trials, head, metrics.multiLabel !== undefined)}`,
  });
}

function chosenBy({ settings }: Head): string {
  if (settings.l2ChosenBy === 'option') return 'Its strength was given.';
  if (settings.l2ChosenBy === 'leave-one-out') {
    return 'Each strength was tried on every photo of training and validation, left out of what was learned, and the best one kept.';
  }
  const judges =
    settings.l2ChosenBy === 'cross-validation'
      ? 'parts of the training photos in turn'
      : 'the validation photos';
  return `Each strength was tried on ${judges}, and the best one kept.`;
}

function drawCurve(curve: readonly CurvePoint[]): Content {
  const last = curve.at(-1);
  if (last === undefined) return null;
  const accuracies = curve.flatMap(({ trainAccuracy, validationAccuracy }) => [
    trainAccuracy,
    validationAccuracy,
  ]);
  const steps = { xLabel: 'steps', formatX: formatCount };
  const end =
    `After ${formatCount(last.step)} steps: training accuracy ${formatPercent(last.trainAccuracy)}, ` +
    `validation accuracy ${formatPercent(last.validationAccuracy)}, cross entropy ${formatNumber(last.crossEntropy)}.`;
  return html`<div class="charts">
      ${drawLineChart({
        ...steps,
        description: `Training and validation accuracy over the steps. ${end}`,
        yRange: [Math.floor(smallest(accuracies) * 10 - 1e-9) / 10, 1],
        formatY: (value) => `${String(Math.round(value * 100))} %`,
        series: [
          {
            label: 'training accuracy',
            tone: 'training',
            points: curve.map(({ step, trainAccuracy }) => [step, trainAccuracy]),
          },
          {
            label: 'validation accuracy',
            tone: 'accent',
            points: curve.map(({ step, validationAccuracy }) => [step, validationAccuracy]),
          },
        ],
      })}
      ${drawLineChart({
        ...steps,
        description: `Cross entropy over the steps. ${end}`,
        yRange: [0, largest(curve.map(({ crossEntropy }) => crossEntropy)) || 1],
        formatY: formatNumber,
        series: [
          {
            label: 'cross entropy',
            tone: 'alarm',
            points: curve.map(({ step, crossEntropy }) => [step, crossEntropy]),
          },
        ],
      })}
    </div>
    <p class="quiet">${end}</p>`;
}

function listTrials(trials: readonly Trial[], { settings }: Head, several: boolean): Content {
  const chosen = trials.find(({ l2 }) => l2 === settings.l2)?.l2;
  return html`${drawTrials(trials, chosen)}
  ${renderScrollable(
    'L2 strengths tried',
    html`<table class="${trials.length > 12 && 'dense'}">
      <thead>
        <tr>
          <th scope="col">L2 strength</th>
          <th scope="col" class="number">${several ? 'Every label right' : 'Held-out accuracy'}</th>
          <th scope="col" class="number">Held-out log loss</th>
          <th scope="col"><span class="unseen">Chosen</span></th>
        </tr>
      </thead>
      <tbody>
        ${trials.map(
          ({ l2, validationAccuracy, validationLogLoss }) =>
            html`<tr class="${l2 === chosen ? 'chosen' : ''}">
              <th scope="row">${formatNumber(l2)}</th>
              <td class="number">${formatPercent(validationAccuracy)}</td>
              <td class="number">${validationLogLoss === null ? '–' : validationLogLoss.toFixed(4)}</td>
              <td>${l2 === chosen && 'chosen'}</td>
            </tr>`,
        )}
      </tbody>
    </table>`,
  )}`;
}

function drawTrials(trials: readonly Trial[], chosen: number | undefined): Content {
  const points = trials
    .flatMap(({ l2, validationLogLoss }) =>
      l2 > 0 && validationLogLoss !== null ? [[Math.log10(l2), validationLogLoss] as const] : [],
    )
    .sort(([one], [other]) => one - other);
  if (points.length < 2) return null;
  const losses = points.map(([, loss]) => loss);
  const margin = (largest(losses) - smallest(losses)) * 0.08 || 0.1;
  const chart: LineChart = {
    description:
      'Held-out log loss over L2 strength; lower is better.' +
      (chosen === undefined ? '' : ` Chosen: ${formatNumber(chosen)}.`),
    series: [{ label: 'held-out log loss (lower is better)', tone: 'accent', points }],
    xLabel: 'L2 strength, logarithmic',
    yRange: [Math.max(0, smallest(losses) - margin), largest(losses) + margin],
    formatX: (exponent) => formatNumber(10 ** exponent),
    formatY: formatNumber,
    dots: true,
    marked: chosen !== undefined && chosen > 0 ? Math.log10(chosen) : undefined,
  };
  return drawLineChart(chart);
}

function smallest(values: readonly number[]): number {
  return values.reduce((one, other) => Math.min(one, other), Infinity);
}

function largest(values: readonly number[]): number {
  return values.reduce((one, other) => Math.max(one, other), -Infinity);
}
