import { formatCount, formatPercent } from '../format.ts';
import { html, name, type Content, type Html } from '../html.ts';
import type { MultiLabelRecord } from '../label-verdict.ts';
import type { ReportOptions } from '../report-options.ts';
import { photoList, placesNote, showExplained } from '../show-explained.ts';
import { renderScrollable, renderSection } from './section.ts';

type Mistake = MultiLabelRecord['mistakes'][number];

/** A photo with the labels that were wrong or missing. */
interface MistakenPhoto {
  readonly path: string;
  readonly shows: readonly string[];
  readonly labels: readonly Mistake[];
}

/** Renders the test photos with the most confident wrong and missing labels. */
export function renderLabelMistakes({ perClass, mistakes }: MultiLabelRecord, options: ReportOptions): Html {
  const all = perClass.reduce((sum, { missed, wrong }) => sum + missed + wrong, 0);
  return renderSection({
    id: 'mistakes',
    title: 'Mistakes',
    explanation:
      all === 0
        ? 'What the classifier got wrong on the test photos.'
        : html`The test photos with labels that it was most sure about and got wrong: named where they are not
          shown, or missing where they are. Often the list of labels is the mistake.`,
    body:
      all === 0
        ? html`<p>None: every label of every test photo is right.</p>`
        : list(groupByPhoto(mistakes), options, { shown: mistakes.length, all }),
  });
}

function groupByPhoto(mistakes: readonly Mistake[]): MistakenPhoto[] {
  const photos = new Map<string, { path: string; shows: readonly string[]; labels: Mistake[] }>();
  for (const mistake of mistakes) {
    const { path, shows } = mistake;
    const photo = photos.get(path) ?? { path, shows, labels: [] };
    photo.labels.push(mistake);
    photos.set(path, photo);
  }
  return [...photos.values()];
}

function list(
  photos: readonly MistakenPhoto[],
  options: ReportOptions,
  { shown, all }: { readonly shown: number; readonly all: number },
): Content {
  const { thumbnails, heats } = options;
  const pictured = photos.filter(({ path }) => thumbnails.has(path));
  const others = photos.filter(({ path }) => !thumbnails.has(path));
  return html`${
    all > shown &&
    html`<p class="quiet">${formatCount(shown)} of ${formatCount(all)} wrong or missing labels</p>`
  }
  ${heats !== undefined && heats.size > 0 && html`<p class="quiet">${placesNote('the label that stands first below it')}</p>`}
  ${
    pictured.length > 0 &&
    html`<ul class="${photoList(options)}">
      ${pictured.map((photo) => item(photo, options))}
    </ul>`
  }
  ${pictured.length > 0 && others.length > 0 && html`<h3>More mistakes</h3>`}
  ${others.length > 0 && table(others)}`;
}

function item({ path, shows, labels }: MistakenPhoto, options: ReportOptions): Html {
  return html`<li>
    ${showExplained(path, `Test photo of ${listNames(shows)}`, labels[0]?.label ?? '', options)}
    ${labels.map((mistake) => html`<p>${describe(mistake)}</p>`)}
    <p class="truth">shows ${name(listNames(shows))}</p>
    <p class="path" title="${path}">${name(path)}</p>
  </li>`;
}

function describe({ label, kind, probability }: Mistake): Html {
  return html`<span class="truth">${kind}</span> <strong class="answer">${name(label)}</strong>
    <span class="probability">${formatPercent(probability)}</span>`;
}

function table(photos: readonly MistakenPhoto[]): Html {
  return renderScrollable(
    'Mistakes without a picture',
    html`<table class="${photos.length > 12 && 'dense'}">
      <thead>
        <tr>
          <th scope="col">Photo</th>
          <th scope="col">shows</th>
          <th scope="col">wrong or missing, with its probability</th>
        </tr>
      </thead>
      <tbody>
        ${photos.map(
          ({ path, shows, labels }) =>
            html`<tr>
              <th scope="row">${name(path)}</th>
              <td>${name(listNames(shows))}</td>
              <td>${labels.map((mistake, index) => html`${index > 0 && '; '}${describe(mistake)}`)}</td>
            </tr>`,
        )}
      </tbody>
    </table>`,
  );
}

function listNames(names: readonly string[]): string {
  return names.length === 0 ? 'none of the classes' : names.join(', ');
}
