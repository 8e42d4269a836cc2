import type { Command } from 'commander';
import { RegraftError } from '../errors.ts';
import { type ViewCount, viewCounts } from '../shared/photo-view.ts';
import type { TrainOptions } from '../training/options.ts';
import { choiceOption, integerOption, numberOption, positiveNumberOption } from './option-values.ts';
import { sizeOption } from './size-option.ts';

/** The flags of fine-tuning, as commander parses them. */
export interface TuningFlags {
  readonly fineTune?: string | number;
  readonly resume?: true;
  readonly fromScratch?: true;
  readonly tuneViews?: ViewCount;
  readonly diskLimit?: number;
  readonly memoryLimit?: number;
  readonly timeLimit?: number;
}

interface SettingFlag {
  /** As commander names the value. */
  readonly key: string;
  /** The setting of the training loop. */
  readonly setting: keyof NonNullable<TrainOptions['tuning']>;
  readonly flag: string;
  readonly placeholder: string;
  readonly description: string;
  readonly parse: (flag: string) => (text: string) => unknown;
}

/** Another setting of the loop is an entry here. */
const settingFlags: readonly SettingFlag[] = [
  {
    key: 'tuneEpochs',
    setting: 'epochs',
    flag: '--tune-epochs',
    placeholder: '<n>',
    description: 'passes over the photos (default: 5)',
    parse: (flag) => integerOption(flag, 1, 10_000),
  },
  {
    key: 'tuneRate',
    setting: 'learningRate',
    flag: '--tune-rate',
    placeholder: '<number>',
    description: 'highest learning rate (default: 0.002, for adamw 0.0001)',
    parse: (flag) => positiveNumberOption(flag),
  },
  {
    key: 'tuneOptimizer',
    setting: 'optimizer',
    flag: '--tune-optimizer',
    placeholder: '<name>',
    description: 'sgd (with momentum) or adamw (default: sgd)',
    parse: (flag) => choiceOption(flag, ['sgd', 'adamw']),
  },
  {
    key: 'tuneSchedule',
    setting: 'schedule',
    flag: '--tune-schedule',
    placeholder: '<name>',
    description: 'one-cycle, cosine or constant (default: one-cycle)',
    parse: (flag) => choiceOption(flag, ['one-cycle', 'cosine', 'constant']),
  },
  {
    key: 'tuneWarmUp',
    setting: 'warmUp',
    flag: '--tune-warm-up',
    placeholder: '<share>',
    description: 'share of the steps in which the rate rises (default: 0.3, for cosine 0.1)',
    parse: (flag) => numberOption(flag, 0),
  },
  {
    key: 'tuneWeightDecay',
    setting: 'weightDecay',
    flag: '--tune-weight-decay',
    placeholder: '<number>',
    description: 'how strongly weights shrink (default: 0.0001)',
    parse: (flag) => numberOption(flag, 0),
  },
  {
    key: 'tuneLabelSmoothing',
    setting: 'labelSmoothing',
    flag: '--tune-label-smoothing',
    placeholder: '<share>',
    description: 'share of each label that is spread over all classes (default: 0)',
    parse: (flag) => numberOption(flag, 0),
  },
  {
    key: 'tuneMixup',
    setting: 'mixup',
    flag: '--tune-mixup',
    placeholder: '<number>',
    description:
      'mix activations of photos: parameter of the beta distribution of their shares (default: 0, none)',
    parse: (flag) => numberOption(flag, 0),
  },
  {
    key: 'tuneBatch',
    setting: 'batchSize',
    flag: '--tune-batch',
    placeholder: '<n>',
    description: 'photos of a step (default: 32)',
    parse: (flag) => integerOption(flag, 1, 65_536),
  },
  {
    key: 'tuneMicroBatch',
    setting: 'microBatch',
    flag: '--tune-micro-batch',
    placeholder: '<n>',
    description: 'photos that a core takes at once; gradients are summed over a step (default: 8)',
    parse: (flag) => integerOption(flag, 1, 65_536),
  },
  {
    key: 'tunePatience',
    setting: 'patience',
    flag: '--tune-patience',
    placeholder: '<n>',
    description: 'epochs without a better validation log loss that end it (default: none do)',
    parse: (flag) => integerOption(flag, 1),
  },
  {
    key: 'tuneClip',
    setting: 'clipNorm',
    flag: '--tune-clip',
    placeholder: '<number>',
    description: 'gradients of a greater norm are shortened to it (default: none are)',
    parse: (flag) => positiveNumberOption(flag),
  },
  {
    key: 'tuneAverage',
    setting: 'average',
    flag: '--tune-average',
    placeholder: '<decay>',
    description: 'keep a moving average of the weights with this decay',
    parse: (flag) => numberOption(flag, 0),
  },
];

/** Adds `--fine-tune` and what belongs to it. */
export function addTuningFlags(command: Command): void {
  command
    .optionsGroup('Fine-tuning:')
    .option(
      '--fine-tune <where>',
      'train the end of the network too: what lies behind a block (its name), a number of blocks from the end, or all',
      (text: string) => (/^\d+$/.test(text) ? Number(text) : text),
    )
    .option('--resume', 'go on with a fine-tuning of the same --out that was interrupted')
    .option(
      '--from-scratch',
      'start that part from drawn weights, to see what those of the network are worth',
    )
    .option('--tune-views <n>', 'views of each photo to draw from: 1, 2, 4 or 10 (default: 10)', viewsOption);
  for (const { flag, placeholder, description, parse } of settingFlags) {
    command.option(`${flag} ${placeholder}`, description, parse(flag));
  }
  command
    .option(
      '--disk-limit <size>',
      'the most that its activations may take on the disk, as in 20GB',
      sizeOption('--disk-limit'),
    )
    .option(
      '--memory-limit <size>',
      'the most memory that it may take: fewer photos are taken at once',
      sizeOption('--memory-limit'),
    )
    .option(
      '--time-limit <minutes>',
      'do not start what is expected to take longer',
      positiveNumberOption('--time-limit'),
    );
}

/** Picks the options of fine-tuning from the parsed flags. */
export function readTuningFlags(flags: TuningFlags & Readonly<Record<string, unknown>>): TrainOptions {
  const { fineTune, resume, fromScratch, tuneViews, diskLimit, memoryLimit, timeLimit } = flags;
  const settings = settingFlags.flatMap(({ key, setting }) =>
    flags[key] === undefined ? [] : [[setting, flags[key]] as const],
  );
  return {
    fineTune,
    resume,
    fromScratch,
    tuningViews: tuneViews,
    diskLimit,
    memoryLimit,
    timeLimit,
    ...(settings.length > 0 && { tuning: Object.fromEntries(settings) }),
  };
}

function viewsOption(text: string): ViewCount {
  const count = viewCounts.find((known) => String(known) === text);
  if (count !== undefined) return count;
  throw new RegraftError('INVALID_OPTION', `Expected 1, 2, 4 or 10 for --tune-views but received '${text}'.`);
}
