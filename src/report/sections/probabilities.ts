import type { RunRecord } from '../../model/run-record.ts';
import { drawStackedBar } from '../charts/stacked-bar.ts';
import { formatNumber, formatPercent, formatPoints } from '../format.ts';
import { html, type Html } from '../html.ts';
import { renderSection } from './section.ts';

/** Renders how far the probabilities can be trusted: calibration and top-k. */
export function renderProbabilities(run: RunRecord): Html | null {
  const { test } = run.metrics;
  if (test.count === 0) return null;
  const ranks = test.topK.filter(({ k }) => k === 1 || k < run.dataset.classes.length);
  const largest = Math.max(test.ece, test.eceUncalibrated, 0.1);
  return renderSection({
    id: 'probabilities',
    title: 'Probabilities',
    explanation: html`When it says 80 %, it should be right eight times out of ten. The calibration error is
    how far off that is on average.`,
    body: html`<p class="lead">${explainCalibration(run)}</p>
      <table>
        <caption>
          Expected calibration error on the test photos
        </caption>
        <tbody>
          ${errorRow('Before calibration', 'training', test.eceUncalibrated, largest)}
          ${errorRow('After calibration', 'test', test.ece, largest)}
        </tbody>
      </table>
      ${ranks.length > 1 && listRanks(ranks)}
      <p class="quiet">
        Log loss ${formatNumber(test.logLoss)}; calibration error over 15 equal bins; temperature
        ${formatNumber(run.head.temperature)}${run.metrics.multiLabel !== undefined && ' and a shift of each class'},
        fitted on photos that the scoring weights had not seen.
      </p>`,
  });
}

function explainCalibration({ head: { temperature }, metrics: { test, multiLabel } }: RunRecord): string {
  const before = `${formatPoints(test.eceUncalibrated)} points`;
  const after = `${formatPoints(test.ece)} points`;
  if (multiLabel !== undefined) {
    return `The probabilities of all classes are off by ${after} on average, before calibration by ${before}.`;
  }
  if (Math.abs(temperature - 1) < 0.005) {
    return `Its probabilities needed no correction: they are off by ${after} on average.`;
  }
  if (before === after) {
    return `Its scores are divided by ${formatNumber(temperature)}; on these test photos its probabilities are off by ${after} on average with and without.`;
  }
  const habit = temperature > 1 ? 'too sure of itself' : 'too unsure of itself';
  const start = `The raw classifier was ${habit}, so its scores are divided by ${formatNumber(temperature)}`;
  return test.ece <= test.eceUncalibrated
    ? `${start}: its probabilities are then off by ${after} on average instead of ${before}.`
    : `${start}; on these test photos that did not help: its probabilities are off by ${after} on average, before by ${before}.`;
}

function listRanks(ranks: RunRecord['metrics']['test']['topK']): Html {
  return html`<table>
    <caption>
      The right class is among the k most probable
    </caption>
    <tbody>
      ${ranks.map(
        ({ k, accuracy }) =>
          html`<tr>
            <th scope="row">Top ${k}</th>
            <td class="number">${formatPercent(accuracy)}</td>
            <td class="wide">
              ${drawStackedBar(
                [
                  { tone: 'test', value: accuracy },
                  { tone: 'rest', value: 1 - accuracy },
                ],
                1,
              )}
            </td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function errorRow(label: string, tone: string, error: number, largest: number): Html {
  return html`<tr>
    <th scope="row">${label}</th>
    <td class="number">${formatPercent(error)}</td>
    <td class="wide">${drawStackedBar([{ tone, value: error }], largest)}</td>
  </tr>`;
}
