import type { RunRecord } from '../../model/run-record.ts';
import { drawLineChart } from '../charts/line-chart.ts';
import { formatCount, formatNumber, formatPercent, formatQuantity } from '../format.ts';
import { html, name, type Content, type Html } from '../html.ts';
import { renderScrollable, renderSection } from './section.ts';

type FineTuning = NonNullable<RunRecord['fineTuning']>;

/** Renders what a fine-tuning trained, how it went, and what it gained over the frozen network. */
export function renderFineTuning({ fineTuning, metrics }: RunRecord): Html | null {
  if (fineTuning === undefined) return null;
  const { blocks, parameters, curve, fromScratch, views, share } = fineTuning;
  const start = fromScratch
    ? 'They started from drawn weights, as if the network had never seen a photo.'
    : `They started from what the network had learned from millions of photos. ${describeShare(share)}`;
  return renderSection({
    id: 'fine-tuning',
    title: 'Fine-tuning',
    explanation: html`${formatCount(parameters)} weights of ${describeBlocks(blocks)} were trained on these
    photos, in ${formatQuantity(views, 'view')} of each. ${start} The weights of the epoch with the least
    validation log loss were kept.`,
    body: html`${renderGain(fineTuning, metrics)} ${curve.length > 1 && drawCurves(fineTuning)}
    ${listEpochs(fineTuning)}`,
  });
}

function describeShare(share: number): string {
  if (share === 0) {
    return 'The validation photos told of no gain, or were too few to tell, so that the classifier is the head on the network as it was.';
  }
  if (share === 1) return 'The classifier is this part alone, as the validation photos told.';
  return `The classifier takes ${formatPercent(share)} of its scores from this part and the rest from the head on the network as it was, as the validation photos told.`;
}

function describeBlocks(blocks: readonly string[]): Content {
  const [first = '', last = first] = [blocks[0], blocks.at(-1)];
  if (blocks.length === 1) return html`the block ${name(first)}`;
  return html`${formatQuantity(blocks.length, 'block')}, ${name(first)} to ${name(last)},`;
}

function renderGain(
  { frozen, fromScratch }: FineTuning,
  { test, multiLabel }: RunRecord['metrics'],
): Content {
  const label = fromScratch ? 'the network that had learned before, frozen' : 'the frozen network';
  if (multiLabel !== undefined) {
    return html`<p>
      Test mAP ${formatPercent(multiLabel.meanAveragePrecision)}; with ${label}
      ${formatPercent(frozen.meanAveragePrecision)}.
    </p>`;
  }
  return html`<p>
    Test accuracy ${formatPercent(test.accuracy)}; with ${label} ${formatPercent(frozen.accuracy)} on the same
    photos. ${frozen.comparison !== null && describeComparison(frozen.comparison)}
  </p>`;
}

function describeComparison({
  onlyTuned,
  onlyFrozen,
  pValue,
}: NonNullable<FineTuning['frozen']['comparison']>): string {
  const counts = `${formatQuantity(onlyTuned, 'photo')} right only with this classifier, ${formatCount(onlyFrozen)} only with the other`;
  return `${counts} (McNemar p = ${formatNumber(pValue)}).`;
}

function drawCurves({ curve }: FineTuning): Content {
  const losses = curve.flatMap(({ trainLoss, validationLogLoss }) => [
    trainLoss,
    validationLogLoss ?? trainLoss,
  ]);
  const accuracies = curve.flatMap(({ epoch, validationAccuracy }) =>
    validationAccuracy === null ? [] : [[epoch, validationAccuracy] as const],
  );
  const last = curve.at(-1);
  const shared = { xLabel: 'epochs', formatX: formatCount, dots: curve.length <= 30 };
  return html`<div class="charts">
    ${
      accuracies.length > 1 &&
      drawLineChart({
        ...shared,
        description: `Validation accuracy over the epochs, at the end ${formatPercent(accuracies.at(-1)?.[1] ?? null)}.`,
        yRange: [Math.floor(Math.min(...accuracies.map(([, value]) => value)) * 20 - 1e-9) / 20, 1],
        formatY: (value) => `${String(Math.round(value * 100))} %`,
        series: [{ label: 'validation accuracy', tone: 'accent', points: accuracies }],
      })
    }
    ${drawLineChart({
      ...shared,
      description: `Training loss and validation log loss over the epochs; lower is better. At the end ${formatNumber(last?.trainLoss ?? 0)}.`,
      yRange: [0, Math.max(...losses) * 1.05],
      formatY: formatNumber,
      series: [
        {
          label: 'training loss',
          tone: 'training',
          points: curve.map(({ epoch, trainLoss }) => [epoch, trainLoss] as const),
        },
        {
          label: 'validation log loss',
          tone: 'accent',
          points: curve.flatMap(({ epoch, validationLogLoss }) =>
            validationLogLoss === null ? [] : [[epoch, validationLogLoss] as const],
          ),
        },
      ],
    })}
  </div>`;
}

function listEpochs({ curve, bestEpoch, stopped, divergence }: FineTuning): Content {
  const end = {
    done: null,
    early: html`<p class="quiet">It stopped early: no later epoch was better.</p>`,
    diverged: html`<p class="quiet">
      It was stopped in epoch ${formatCount(divergence?.epoch ?? 0)}, as the loss grew at a learning rate of
      ${formatNumber(divergence?.learningRate ?? 0)}.
    </p>`,
  }[stopped];
  return html`${renderScrollable(
    'Epochs',
    html`<table class="${curve.length > 12 && 'dense'}">
      <thead>
        <tr>
          <th scope="col">Epoch</th>
          <th scope="col" class="number">Training loss</th>
          <th scope="col" class="number">Validation log loss</th>
          <th scope="col" class="number">Validation accuracy</th>
          <th scope="col"><span class="unseen">Kept</span></th>
        </tr>
      </thead>
      <tbody>
        ${curve.map(
          ({ epoch, trainLoss, validationLogLoss, validationAccuracy }) =>
            html`<tr class="${epoch === bestEpoch ? 'chosen' : ''}">
              <th scope="row">${formatCount(epoch)}</th>
              <td class="number">${trainLoss.toFixed(4)}</td>
              <td class="number">${validationLogLoss === null ? '–' : validationLogLoss.toFixed(4)}</td>
              <td class="number">${formatPercent(validationAccuracy)}</td>
              <td>${epoch === bestEpoch && 'kept'}</td>
            </tr>`,
        )}
      </tbody>
    </table>`,
  )}
  ${end}`;
}
