import { createHash } from 'node:crypto';
import type { RunRecord } from '../model/run-record.ts';
import { html, trustedMarkup, type Html } from './html.ts';
import type { ReportOptions } from './report-options.ts';
import { renderConfusion } from './sections/confusion.ts';
import { renderDataset } from './sections/dataset.ts';
import { renderFineTuning } from './sections/fine-tuning.ts';
import { renderLabelClasses } from './sections/label-classes.ts';
import { renderLabelMistakes } from './sections/label-mistakes.ts';
import { renderMistakes } from './sections/mistakes.ts';
import { renderPerClass } from './sections/per-class.ts';
import { renderProbabilities } from './sections/probabilities.ts';
import { renderRun } from './sections/run.ts';
import { renderSearch } from './sections/search.ts';
import { renderSkipped } from './sections/skipped.ts';
import { renderSummary } from './sections/summary.ts';
import { renderTraining } from './sections/training.ts';
import { renderUnknown } from './sections/unknown.ts';
import { writeStylesheet } from './stylesheet.ts';

/**
 * Renders the report of a training as one HTML page that carries everything it shows: it has no script and opens no
 * connection.
 */
export function renderReport(run: RunRecord, options: ReportOptions): string {
  const stylesheet = writeStylesheet();
  const sections = [
    { id: 'data', title: 'Photos', body: renderDataset(run, options) },
    ...testSections(run, options),
    { id: 'probabilities', title: 'Probabilities', body: renderProbabilities(run) },
    { id: 'search', title: 'What was tried', body: renderSearch(run) },
    { id: 'fine-tuning', title: 'Fine-tuning', body: renderFineTuning(run) },
    { id: 'unknown', title: 'I don’t know', body: renderUnknown(run) },
    { id: 'training', title: 'Training', body: renderTraining(run) },
    { id: 'skipped', title: 'Skipped', body: renderSkipped(run) },
    { id: 'run', title: 'The run', body: renderRun(run) },
  ].filter(({ body }) => body !== null);
  const page = html`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta http-equiv="Content-Security-Policy" content="${contentPolicy(stylesheet)}" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="referrer" content="no-referrer" />
      <meta name="color-scheme" content="light dark" />
      <meta name="generator" content="Regraft ${run.versions.regraft}" />
      <link rel="icon" href="data:," />
      <title>${run.dataset.name} · Regraft report</title>
      ${styleElement(stylesheet)}
    </head>
    <body>
      <main>
        ${renderSummary(run)}
        <nav aria-label="Sections">
          <ul>
            ${sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}
          </ul>
        </nav>
        ${sections.map(({ body }) => body)}
        <footer>
          <p>Made by Regraft ${run.versions.regraft}. The figures are in run.json, beside this report.</p>
        </footer>
      </main>
    </body>
  </html> `;
  return `<!doctype html>\n${page.markup}`;
}

interface TestSection {
  readonly id: string;
  readonly title: string;
  readonly body: Html | null;
}

/** What the test came to: of one label a photo which classes are confused, of several how each label did. */
function testSections(run: RunRecord, options: ReportOptions): TestSection[] {
  const { multiLabel } = run.metrics;
  if (multiLabel !== undefined) {
    return [
      { id: 'classes', title: 'Classes', body: renderLabelClasses(run, multiLabel) },
      { id: 'mistakes', title: 'Mistakes', body: renderLabelMistakes(multiLabel, options) },
    ];
  }
  return [
    { id: 'confusion', title: 'Confusions', body: renderConfusion(run) },
    { id: 'mistakes', title: 'Mistakes', body: renderMistakes(run, options) },
    { id: 'classes', title: 'Classes', body: renderPerClass(run) },
  ];
}

// The hash in the policy covers exactly what stands between the tags, so nothing may reformat it.
function styleElement(stylesheet: string): Html {
  return trustedMarkup(`<style>${stylesheet}</style>`);
}

function contentPolicy(stylesheet: string): string {
  const hash = createHash('sha256').update(stylesheet).digest('base64');
  return `default-src 'none'; img-src data:; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
}
