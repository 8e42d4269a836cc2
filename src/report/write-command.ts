import { askedHeadSettings } from '../model/asked-head-settings.ts';
import type { RunRecord } from '../model/run-record.ts';

type FineTuning = NonNullable<RunRecord['fineTuning']>;

/** Writes the command that repeats the run in the same folder, with every setting that shapes the model. */
export function writeCommand(run: RunRecord): string {
  const { options, split, backbone, head, fineTuning } = run;
  const words = ['regraft', 'train'];
  if (backbone.id === 'bottlenecks') {
    words.push('--bottlenecks', quote(options.source));
  } else {
    words.push(quote(options.source), '--backbone', quote(options.network.backbone));
    if (backbone.form !== null) words.push('--form', backbone.form);
    words.push(...preparationFlags(options.network));
    // A tensor's name may hold a comma.
    for (const tap of backbone.taps) words.push('--tap', quote(tap));
    words.push(...viewFlags(options));
  }
  if (options.out !== null) words.push('--out', quote(options.out));
  if (options.split !== null) words.push('--split', quote(options.split));
  if (split.source === 'hash') {
    words.push('--validation-percent', String(split.validationPercent));
    words.push('--test-percent', String(split.testPercent));
  }
  // A name may hold a comma, or begin with a dash.
  for (const name of options.classes ?? []) words.push(`--class=${quoteText(name)}`);
  if (options.nested) words.push('--nested');
  if (options.allowSmall) words.push('--allow-small');
  if (options.strict) words.push('--strict');
  if (options.maxPixels !== null) words.push('--max-pixels', String(options.maxPixels));
  if (!options.unknown) words.push('--no-unknown');
  if (options.falseRejectionPercent !== 5) {
    words.push('--false-rejection', String(options.falseRejectionPercent));
  }
  if (options.measureUnknown !== null) {
    words.push(options.measureUnknown ? '--measure-unknown' : '--no-measure-unknown');
  }
  words.push('--seed', String(split.seed), '--head', quote(head.type), ...headFlags(head));
  if (fineTuning !== undefined) words.push(...tuningFlags(fineTuning));
  words.push(...renamingWords(run));
  return words.join(' ');
}

function viewFlags({ views, testViews, augment }: RunRecord['options']): string[] {
  return [
    '--views',
    String(views),
    ...(testViews === views ? [] : ['--test-views', String(testViews)]),
    ...(augment === 'none' ? [] : ['--augment', augment]),
  ];
}

function preparationFlags({
  inputSize,
  scaling,
  resize,
  kernel,
  networkOutput,
}: RunRecord['options']['network']): string[] {
  const flags = {
    '--input-size': inputSize,
    '--scaling': scaling,
    '--resize': resize,
    '--kernel': kernel,
    '--network-output': networkOutput,
  };
  return Object.entries(flags).flatMap(([flag, value]) =>
    value === null ? [] : [flag, quote(String(value))],
  );
}

/** The flag of each setting of a fine-tuning. */
const tuningSettings = {
  epochs: '--tune-epochs',
  learningRate: '--tune-rate',
  optimizer: '--tune-optimizer',
  schedule: '--tune-schedule',
  warmUp: '--tune-warm-up',
  weightDecay: '--tune-weight-decay',
  labelSmoothing: '--tune-label-smoothing',
  mixup: '--tune-mixup',
  batchSize: '--tune-batch',
  microBatch: '--tune-micro-batch',
  patience: '--tune-patience',
  clipNorm: '--tune-clip',
  average: '--tune-average',
} as const;

function tuningFlags({ asked, fromScratch, settings, baseViews }: FineTuning): string[] {
  return [
    '--fine-tune',
    quote(String(asked)),
    ...(fromScratch ? ['--from-scratch'] : []),
    '--tune-views',
    String(baseViews),
    ...Object.entries(tuningSettings).flatMap(([key, flag]) => {
      const value = settings[key] ?? null;
      return value === null ? [] : [flag, String(value)];
    }),
  ];
}

function headFlags(head: RunRecord['head']): string[] {
  return Object.entries(askedHeadSettings(head)).flatMap(([key, value]) => [
    `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
    quote(String(value)),
  ]);
}

/** The classes have other names since the training: the same again behind it. */
function renamingWords({ options: { renamed }, model }: RunRecord): string[] {
  if (renamed.length === 0) return [];
  const pairs = renamed.map(({ from, to }) => `${escapeName(from)}=${escapeName(to)}`);
  const folder = model.path.replace(/[\\/][^\\/]*$/, '');
  return ['&&', 'regraft', 'update', quote(folder), ...pairs.map((pair) => `--rename=${quoteText(pair)}`)];
}

/** As a name is written where commas and equals signs divide names. */
function escapeName(name: string): string {
  return name.replace(/[\\,=]/g, '\\$&');
}

function quote(text: string): string {
  // A name that begins with a dash would be read as a flag.
  return quoteText(text.startsWith('-') ? `./${text}` : text);
}

function quoteText(word: string): string {
  return /^[\p{L}\p{N}_./:=@,-]+$/u.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
