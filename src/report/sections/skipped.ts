import type { RunRecord } from '../../model/run-record.ts';
import { formatCount, formatQuantity } from '../format.ts';
import { html, name, type Html } from '../html.ts';
import { renderScrollable, renderSection } from './section.ts';

const mostRows = 100;

/** Renders the files that were left out, each with code and reason. */
export function renderSkipped({ skipped }: RunRecord): Html | null {
  if (skipped.length === 0) return null;
  const more = skipped.length - mostRows;
  return renderSection({
    id: 'skipped',
    title: 'Skipped',
    explanation: `${formatQuantity(skipped.length, 'file')} ${skipped.length === 1 ? 'was' : 'were'} left out; the run went on without ${skipped.length === 1 ? 'it' : 'them'}.`,
    body: html`${renderScrollable(
      'Skipped files',
      html`<table class="skipped">
        <thead>
          <tr>
            <th scope="col">File</th>
            <th scope="col">Reason</th>
            <th scope="col">Code</th>
          </tr>
        </thead>
        <tbody>
          ${skipped.slice(0, mostRows).map(
            ({ path, code, reason }) =>
              html`<tr>
                <th scope="row">${name(path)}</th>
                <td>${name(reason)}</td>
                <td><code>${code}</code></td>
              </tr>`,
          )}
        </tbody>
      </table>`,
    )}
    ${more > 0 && html`<p class="quiet">and ${formatCount(more)} more in run.json</p>`}`,
  });
}
