import type { RunRecord } from '../model/run-record.ts';

type FineTuning = NonNullable<RunRecord['fineTuning']>;

/** Writes the command that repeats the run in the same folder, with every setting that shapes the model. */
export function writeCommand({ options, split, backbone, head, fineTuning }: RunRecord): string {
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

const retrainSettings = [
  'steps',
  'learningRate',
  'trainBatchSize',
  'validationBatchSize',
  'evalStepInterval',
  'initStddev',
  'keep',
] as const;

function headFlags({ type, settings }: RunRecord['head']): string[] {
  if (type === 'retrain') return retrainSettings.flatMap((key) => settingFlag(settings, key));
  // What the run chose by itself is chosen again.
  const chosen = [
    ...(settings.l2ChosenBy === 'option' ? ['l2'] : []),
    ...(settings.epochsChosenBy === 'option' ? ['epochs'] : []),
    ...(settings.classWeights === 'balanced' ? ['classWeights'] : []),
    ...(type === 'mlp' ? ['hidden', 'learningRate'] : []),
  ];
  return chosen.flatMap((key) => settingFlag(settings, key));
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

function settingFlag(settings: RunRecord['head']['settings'], key: string): string[] {
  const value = settings[key];
  const flag = `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  return value === undefined || value === null ? [] : [flag, quote(String(value))];
}

function quote(text: string): string {
  // A name that begins with a dash would be read as a flag.
  return quoteText(text.startsWith('-') ? `./${text}` : text);
}

function quoteText(word: string): string {
  return /^[\p{L}\p{N}_./:=@,-]+$/u.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
