import type { RunRecord } from '../../model/run-record.ts';
import { formatCount, formatPercent, formatQuantity } from '../format.ts';
import { html, name, type Content, type Html } from '../html.ts';
import { renderScrollable, renderSection } from './section.ts';

type Trial = NonNullable<RunRecord['head']['search']>[number];

/** Renders which heads were tried on which taps, and which one was kept. */
export function renderSearch({ head, backbone }: RunRecord): Html | null {
  const { search = [] } = head;
  if (search.length === 0) return null;
  const chosen = search.findLast((trial) => trial.head === head.type && sameTaps(trial, backbone.taps));
  return renderSection({
    id: 'search',
    title: 'What was tried',
    explanation: html`Layers of the network that see different things were joined, and heads trained on them.
    Each was judged on photos that it had not learned from. The lowest log loss won; where fewer layers were
    worse by less than 1 %, they were kept.`,
    body: renderScrollable(
      'Heads and layers tried',
      html`<table>
        <thead>
          <tr>
            <th scope="col">Head</th>
            <th scope="col">Layers</th>
            <th scope="col" class="number">Features</th>
            <th scope="col" class="number">Accuracy</th>
            <th scope="col" class="number">Log loss</th>
            <th scope="col"><span class="unseen">Chosen</span></th>
          </tr>
        </thead>
        <tbody>
          ${search.map((trial) => renderTrial(trial, trial === chosen))}
        </tbody>
      </table>`,
    ),
  });
}

function renderTrial(trial: Trial, isChosen: boolean): Content {
  const { taps } = trial;
  return html`<tr class="${isChosen ? 'chosen' : ''}">
    <th scope="row">${name(trial.head)}</th>
    <td title="${taps.join(', ')}">${describeTaps(taps)}</td>
    <td class="number">${formatCount(trial.columns)}</td>
    <td class="number">${formatPercent(trial.accuracy)}</td>
    <td class="number">${trial.logLoss.toFixed(4)}</td>
    <td>${isChosen && 'chosen'}</td>
  </tr>`;
}

function describeTaps(taps: readonly string[]): Content {
  const [first = ''] = taps;
  return taps.length === 1
    ? name(first)
    : html`${formatQuantity(taps.length, 'layer')} from ${name(first)} on`;
}

function sameTaps({ taps }: Trial, others: readonly string[]): boolean {
  return taps.length === others.length && taps.every((tap, index) => tap === others[index]);
}
