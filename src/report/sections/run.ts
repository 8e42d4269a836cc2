import { basename } from 'node:path';
import type { RunRecord } from '../../model/run-record.ts';
import { formatPhotoFit } from '../../shared/format-photo-fit.ts';
import { drawStackedBar } from '../charts/stacked-bar.ts';
import { formatBytes, formatCount, formatDuration, formatMoment } from '../format.ts';
import { html, name, type Content, type Html } from '../html.ts';
import { writeCommand } from '../write-command.ts';
import { renderScrollable, renderSection } from './section.ts';

/** Renders what it takes to repeat the run: times, network, files, versions, settings. */
export function renderRun(run: RunRecord): Html {
  return renderSection({
    id: 'run',
    title: 'The run',
    explanation: 'Equal photos, settings and seed give a model file of the same bytes.',
    body: html`<h3>Command</h3>
      <pre><code>${writeCommand(run)}</code></pre>
      <h3>Settings of the head</h3>
      <dl class="details">
        ${detail('Type', run.head.type)}
        ${Object.entries(run.head.settings).map(([key, value]) => detail(key, writeSetting(value)))}
      </dl>
      <h3>Times</h3>
      ${times(run)}
      <h3>Network and files</h3>
      <dl class="details">${filesAndVersions(run)}</dl>`,
  });
}

function times({ timings, features }: RunRecord): Content {
  const { scanMs, featuresMs, headMs, fineTuneMs, evaluateMs, totalMs } = timings;
  const steps = [
    { label: 'Reading the photos', tone: 'training', ms: scanMs },
    { label: 'Features', tone: 'validation', ms: featuresMs },
    { label: 'Training the head', tone: 'test', ms: headMs },
    { label: 'Fine-tuning', tone: 'tuned', ms: fineTuneMs },
    { label: 'Evaluating', tone: 'alarm', ms: evaluateMs },
    {
      label: 'Everything else',
      tone: 'rest',
      ms: totalMs - scanMs - featuresMs - headMs - fineTuneMs - evaluateMs,
    },
  ].filter(({ ms }) => ms > 0);
  const total = Math.max(
    totalMs,
    steps.reduce((sum, { ms }) => sum + ms, 0),
  );
  return html`${drawStackedBar(
    steps.map(({ tone, ms }) => ({ tone, value: ms })),
    total,
  )}
  ${renderScrollable(
    'Times',
    html`<table class="times">
      <tbody>
        ${steps.map(
          ({ label, tone, ms }) =>
            html`<tr>
              <th scope="row"><i class="swatch tone-${tone}"></i>${label}</th>
              <td class="number">${formatDuration(ms)}</td>
              <td>${label === 'Features' && featureNote(features)}</td>
            </tr>`,
        )}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">Total</th>
          <td class="number">${formatDuration(totalMs)}</td>
          <td></td>
        </tr>
      </tfoot>
    </table>`,
  )}`;
}

function featureNote({ computed, cached }: RunRecord['features']): string {
  return `${formatCount(computed)} computed, ${formatCount(cached)} from the store`;
}

function filesAndVersions({ backbone, model, versions, finishedAt }: RunRecord): Content {
  return [
    detail(
      'Network',
      html`${name(backbone.id)}${backbone.form !== null && html`, computed as ${backbone.form}`}`,
    ),
    backbone.sha256 !== null && detail('SHA-256 of the network', html`<code>${backbone.sha256}</code>`),
    backbone.taps.length > 0 &&
      detail(
        'Taps',
        backbone.taps.map((tap, index) => html`${index > 0 && ', '}<code>${tap}</code>`),
      ),
    backbone.preprocess !== null && detail('Photos', formatPhotoFit(backbone.preprocess)),
    backbone.preprocess !== null && detail('Pixels', formatScaling(backbone.preprocess.scaling)),
    detail('Features of a photo', formatCount(backbone.featureSize)),
    detail('Model file', html`${name(basename(model.path))}, ${formatBytes(model.bytes)}`),
    detail('SHA-256 of the model', html`<code>${model.sha256}</code>`),
    detail(
      'Versions',
      `Regraft ${versions.regraft}, Node ${versions.node}, onnxruntime ${versions.onnxruntime}, ${versions.platform}`,
    ),
    detail('Finished', formatMoment(finishedAt)),
  ];
}

function formatScaling(scaling: NonNullable<RunRecord['backbone']['preprocess']>['scaling']): string {
  if (scaling === null) return 'taken as they are';
  const { order, mean, std } = scaling;
  return `(${order} − ${listNumbers(mean)}) / ${listNumbers(std)}`;
}

function listNumbers(values: readonly number[]): string {
  return new Set(values).size === 1 ? String(values[0]) : `[${values.join(', ')}]`;
}

function detail(term: string, description: Content): Html {
  return html`<div>
    <dt>${term}</dt>
    <dd>${description}</dd>
  </div>`;
}

function writeSetting(value: string | number | boolean | null): string {
  if (value === null) return 'none';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return String(value);
}
