import type { RunRecord } from '../../model/run-record.ts';
import { drawHistogram } from '../charts/histogram.ts';
import { drawStackedBar } from '../charts/stacked-bar.ts';
import { formatCount, formatPercent, formatQuantity, formatRange } from '../format.ts';
import { html, name, type Content, type Html } from '../html.ts';
import { renderScrollable, renderSection } from './section.ts';

type Unknown = NonNullable<RunRecord['unknown']>;
type LeftOut = NonNullable<Unknown['leftOut']>;

/** Renders how well the model tells photos of none of its classes. */
export function renderUnknown({ unknown }: RunRecord): Html | null {
  if (unknown === null) return null;
  const { leftOut, falseRejection } = unknown;
  return renderSection({
    id: 'unknown',
    title: 'I don’t know',
    explanation: html`A photo of none of the classes should be called unknown, not forced into one. The
    threshold is set so that about ${formatPercent(falseRejection)} of the photos of known classes are called
    unknown too.`,
    body: html`<p class="lead">${summarise(unknown)}</p>
      ${drawScores(unknown)} ${leftOut !== null && listClasses(leftOut)}
      <p class="quiet">
        Threshold ${unknown.threshold.toFixed(3)}, fitted on ${formatQuantity(unknown.photos, 'photo')}.
        ${
          leftOut === null
            ? 'How well unknown photos are told was not measured: regraft train --measure-unknown does, by leaving each class out.'
            : 'For each row everything was fitted anew without that class. Classes that are alike make the hardest unknowns; other photos are mostly told more often.'
        }
      </p>`,
  });
}

function summarise({ test, leftOut }: Unknown): Content {
  const { count, rejected, interval95, acceptedAccuracy } = test;
  const share =
    count === 0
      ? ''
      : `Of ${formatQuantity(count, 'test photo')}, all of known classes, it calls ${formatCount(rejected)} unknown ` +
        `(${formatPercent(rejected / count)}; 95 % interval ${formatRange(interval95)}).`;
  const accepted =
    acceptedAccuracy === null ? '' : ` Of the others it gets ${formatPercent(acceptedAccuracy)} right.`;
  const left =
    leftOut === null
      ? ''
      : ` Of photos of a class that it was not shown it calls ${formatPercent(meanRejected(leftOut))} unknown (AUROC ${leftOut.auroc.toFixed(3)}).`;
  return `${share}${accepted}${left}`;
}

function meanRejected({ classes }: LeftOut): number {
  return classes.reduce((sum, { rejected }) => sum + rejected, 0) / classes.length;
}

function drawScores({ histogram: { from, to, known, leftOut }, test }: Unknown): Content {
  if (test.count === 0 || to <= from) return null;
  const at = -from / (to - from);
  return drawHistogram({
    description:
      'Unknown scores of the test photos' +
      (leftOut === null ? '.' : ', and of photos of classes that were left out, which lie further right.'),
    rows: [
      { label: 'test photos', tone: 'test', counts: known },
      ...(leftOut === null
        ? []
        : [{ label: 'photos of a class that was left out', tone: 'alarm', counts: leftOut }]),
    ],
    ends: ['like the known photos', 'unknown'],
    mark: { at, label: 'threshold' },
  });
}

function listClasses({ classes }: LeftOut): Html {
  return html`<h3>Each class as an unknown one</h3>
    ${renderScrollable(
      'Each class as an unknown one',
      html`<table>
        <thead>
          <tr>
            <th scope="col">Class left out</th>
            <th scope="col" class="number">Photos</th>
            <th scope="col" class="number">AUROC</th>
            <th scope="col" class="number">Called unknown</th>
            <th scope="col"><span class="unseen">The same as a bar</span></th>
          </tr>
        </thead>
        <tbody>
          ${classes.map(
            ({ label, photos, auroc, rejected }) =>
              html`<tr>
                <th scope="row">${name(label)}</th>
                <td class="number">${formatCount(photos)}</td>
                <td class="number">${auroc.toFixed(3)}</td>
                <td class="number">${formatPercent(rejected)}</td>
                <td class="wide">
                  ${drawStackedBar(
                    [
                      { tone: 'test', value: rejected },
                      { tone: 'rest', value: 1 - rejected },
                    ],
                    1,
                  )}
                </td>
              </tr>`,
          )}
        </tbody>
      </table>`,
    )}`;
}
