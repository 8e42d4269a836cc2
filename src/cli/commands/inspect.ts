import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { RegraftError } from '../../errors.ts';
import type { LoadedModel } from '../../model/load.ts';
import { photoFitOf } from '../../model/photo-fit.ts';
import type { RunRecord } from '../../model/run-record.ts';
import type { CommandContext } from '../context.ts';
import { formatExamples } from '../help-text.ts';
import { formatPhotoFit } from '../../shared/format-photo-fit.ts';
import { addNetworkFlags, type NetworkFlags, readPreparationFlags } from '../network-flags.ts';
import { formatNetwork } from '../terminal/network-block.ts';
import type { Screen } from '../terminal/screen.ts';
import { formatTable } from '../terminal/table.ts';
import { countOf, formatBytes, formatPercent } from '../terminal/units.ts';

const examples = [
  ['regraft inspect flowers-model', 'labels, input, network, calibration, size, hash and accuracy'],
  ['regraft inspect flowers-model/model.onnx --json', 'the same for programs'],
  ['regraft inspect inception-v3', 'operators, parameters, multiply-adds and taps of a network'],
  [
    'regraft inspect hf:Xenova/vit-base-patch16-224#onnx/model.onnx',
    'the same of a network from the Hugging Face hub',
  ],
] as const;

interface InspectFlags extends NetworkFlags {
  readonly json?: true;
}

const shownLabels = 20;

/** Adds what `regraft inspect` takes and does. */
export function define(command: Command, context: CommandContext): void {
  command
    .description(
      'Shows what a model holds, and the accuracy of its training when run.json lies beside it; or what a pretrained network is made of.',
    )
    .argument(
      '<model>',
      'a model: its folder or its .onnx; or a network: an id, a file, a folder or a source',
    )
    .option('--json', 'print one JSON document on stdout');
  addNetworkFlags(command, 'preparation');
  command
    .addHelpText('after', formatExamples(examples))
    .action((model: string, flags: InspectFlags) => runInspect(model, flags, context));
}

async function runInspect(location: string, flags: InspectFlags, context: CommandContext): Promise<void> {
  const [{ isModel }, { isNetworkName }] = await Promise.all([
    import('../../model/is-model.ts'),
    import('../../backbone/open-network.ts'),
  ]);
  if (await isModel(location)) return inspectAsModel(location, flags, context);
  if (!isNetworkName(location)) throw await nothingThere(location);
  await inspectAsNetwork(location, flags, context);
}

async function nothingThere(location: string): Promise<RegraftError> {
  const [{ networkIds, otherNames }, { nearestId }] = await Promise.all([
    import('../../backbone/catalogue.ts'),
    import('../../backbone/nearest-id.ts'),
  ]);
  const nearest = nearestId(location, networkIds);
  const kinds = `Give a model (the folder that \`regraft train\` made, or its model.onnx) or a network: its id (${networkIds.join(', ')}), ${otherNames}.`;
  return new RegraftError(
    'MODEL_NOT_FOUND',
    `Expected a model or a network at ${location}, but it does not exist.`,
    { hint: nearest === undefined ? kinds : `Did you mean "${nearest}"? ${kinds}` },
  );
}

async function inspectAsNetwork(
  network: string,
  flags: InspectFlags,
  context: CommandContext,
): Promise<void> {
  const { inspectNetwork } = await import('../../inspect-network.ts');
  const { reporter, signal, out } = context;
  const options = { ...readPreparationFlags(flags), onProgress: reporter.onProgress, signal };
  const description = await inspectNetwork(network, options);
  reporter.stop();
  if (flags.json === true) context.printJson(description);
  else for (const line of formatNetwork(description, out)) out.line(line);
}

async function inspectAsModel(location: string, flags: InspectFlags, context: CommandContext): Promise<void> {
  refusePreparation(flags, location);
  const { loadModel } = await import('../../model/load.ts');
  const model = await loadModel(location);
  const sha256 = createHash('sha256').update(model.bytes).digest('hex');
  const run = await readRunBeside(model.path, sha256);
  if (flags.json === true) context.printJson(describe(model, sha256, run));
  else for (const line of formatModel(model, sha256, run, context.out)) context.out.line(line);
}

/** A model has its preparation inside: a flag for it would do nothing. */
function refusePreparation(flags: InspectFlags, location: string): void {
  const [first] = Object.entries(readPreparationFlags(flags)).filter(([, value]) => value !== undefined);
  if (first === undefined) return;
  const flag = `--${first[0].replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  throw new RegraftError(
    'INVALID_OPTION',
    `Expected no ${flag} for ${location}, which is a model, but received one.`,
    {
      hint: 'These flags are for pretrained networks.',
    },
  );
}

/** The record of the training that made this very file, if it lies beside it. */
async function readRunBeside(modelPath: string, sha256: string): Promise<RunRecord | undefined> {
  const text = await readFile(join(dirname(modelPath), 'run.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const { runRecordSchema } = await import('../../model/run-record.ts');
  const parsed = runRecordSchema.safeParse(parseJson(text));
  return parsed.success && parsed.data.model.sha256 === sha256 ? parsed.data : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function describe(model: LoadedModel, sha256: string, run: RunRecord | undefined): Record<string, unknown> {
  const {
    task,
    labels,
    thresholds,
    preprocess,
    backbone,
    calibration,
    views = ['whole'],
    unknown,
    fineTuned,
  } = model.metadata;
  return {
    path: model.path,
    bytes: model.bytes.length,
    sha256,
    task,
    labels,
    ...(thresholds !== null && { thresholds }),
    preprocess,
    backbone,
    calibration,
    views: preprocess === null ? [] : views,
    unknown,
    fineTuned,
    test: run === undefined ? null : testOf(run),
  };
}

interface TestFigures extends Pick<RunRecord['metrics']['test'], 'accuracy' | 'interval95' | 'count'> {
  /** Of a multi-label model. */
  readonly meanAveragePrecision?: number | null;
}

function testOf({ metrics: { test, multiLabel } }: RunRecord): TestFigures {
  const { accuracy, interval95, count } = test;
  const figures = { accuracy, interval95, count };
  return multiLabel === undefined
    ? figures
    : { ...figures, meanAveragePrecision: multiLabel.meanAveragePrecision };
}

function formatModel(
  model: LoadedModel,
  sha256: string,
  run: RunRecord | undefined,
  { colors }: Screen,
): string[] {
  const { labels, thresholds, preprocess, backbone, calibration, views, unknown, fineTuned } = model.metadata;
  const rows = [
    ['labels', listLabels(labels)],
    ...(thresholds === null
      ? []
      : [
          ['task', 'several labels a photo'],
          ['thresholds', listThresholds(labels, thresholds)],
        ]),
    [
      'input',
      preprocess === null
        ? 'features (a head without its network)'
        : `RGB photo, ${formatPhotoFit(photoFitOf(preprocess))}`,
    ],
    [
      'network',
      backbone.form === null
        ? backbone.id
        : `${backbone.id}, ${backbone.form}, ${backbone.taps.length === 0 ? 'with its own classes' : countOf(backbone.taps.length, 'tap')}`,
    ],
    ...(fineTuned === null
      ? []
      : [['fine-tuned', fineTuned.cut === 'all' ? 'all of it' : `what lies behind ${fineTuned.cut}`]]),
    ...(views === undefined ? [] : [['views', `the average of ${views.length}: ${views.join(', ')}`]]),
    ['calibration', `temperature ${calibration.temperature.toFixed(3)}`],
    [
      'unknown',
      unknown === null
        ? 'not told'
        : `scores above ${unknown.threshold.toFixed(3)}, set for ${formatPercent(unknown.falseRejection)} of known photos`,
    ],
    ['size', formatBytes(model.bytes.length)],
    ['sha256', sha256],
  ];
  if (run !== undefined) {
    rows.push(['test', describeTest(testOf(run))]);
  }
  return [
    colors.bold(model.path),
    ...formatTable(rows.map(([name = '', value = '']) => [`  ${colors.dim(name)}`, value])),
  ];
}

function describeTest({ accuracy, interval95, count, meanAveragePrecision }: TestFigures): string {
  const range = `95 % interval: ${formatPercent(interval95[0])} to ${formatPercent(interval95[1])}`;
  const right = `${formatPercent(accuracy)} of ${countOf(count, 'photo')}`;
  if (meanAveragePrecision === undefined) return `${right} (${range})`;
  const area = meanAveragePrecision === null ? '–' : formatPercent(meanAveragePrecision);
  return `mAP ${area}; every label right for ${right} (${range})`;
}

function listThresholds(labels: readonly string[], thresholds: readonly number[]): string {
  const rest = labels.length - shownLabels;
  const shown = labels
    .slice(0, shownLabels)
    .map((label, index) => `${label} ${(thresholds[index] ?? 0).toFixed(2)}`)
    .join(', ');
  return `${shown}${rest > 0 ? `, and ${rest} more` : ''}`;
}

function listLabels(labels: readonly string[]): string {
  const rest = labels.length - shownLabels;
  const shown = labels.slice(0, shownLabels).join(', ');
  return `${labels.length}: ${shown}${rest > 0 ? `, and ${rest} more` : ''}`;
}
