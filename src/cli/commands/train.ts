import type { Command } from 'commander';
import { RegraftError } from '../../errors.ts';
import { type Augment, augments } from '../../features/feature-view.ts';
import { type ViewCount, viewCounts } from '../../shared/photo-view.ts';
import type { CommandContext } from '../context.ts';
import { addNetworkFlags, type NetworkFlags, readNetworkFlags } from '../network-flags.ts';
import { addHeadOptions, readHeadOptions, type HeadName } from '../head-options.ts';
import { formatExamples } from '../help-text.ts';
import { choiceOption, integerOption, listOption, percentOption } from '../option-values.ts';
import type { TrainRepeatsOptions } from '../../training/repeat-options.ts';
import { addTuningFlags, readTuningFlags, type TuningFlags } from '../tuning-flags.ts';
import { formatRepeatsSummary } from '../terminal/repeats-summary.ts';
import { formatTrainSummary } from '../terminal/train-summary.ts';

const examples = [
  [
    'regraft train flowers',
    'train on flowers/daisy/*.jpg, flowers/roses/*.jpg, …; the model goes to flowers-model/',
  ],
  [
    'regraft train flowers --head retrain --steps 500 --out quick-model',
    'the classic recipe, with fewer steps',
  ],
  [
    'regraft train photos.csv --split flowers-model/split.csv',
    'photos listed in a CSV (path,label), split as in an earlier run',
  ],
  [
    'regraft train flowers --fine-tune 3',
    'train the last three blocks of the network as well: minutes instead of seconds',
  ],
  ['regraft train album.csv', 'several labels a photo: path,labels with names separated by ";"'],
  [
    'regraft train flowers --repeats 10',
    'ten seeds, ten splits: mean and spread of the accuracy; the models go to flowers-repeats/seed-0/, …',
  ],
  ['regraft train flowers --json > run.json', 'the record of the run as JSON on stdout'],
] as const;

interface TrainFlags extends NetworkFlags, TuningFlags {
  readonly out?: string;
  readonly bottlenecks?: string;
  readonly views?: ViewCount | 'auto';
  readonly testViews?: ViewCount;
  readonly augment?: Augment;
  readonly head: HeadName;
  readonly validationPercent?: number;
  readonly testPercent?: number;
  readonly seed?: number;
  readonly repeats?: number;
  readonly split?: string;
  readonly classes?: string[];
  readonly class?: string[];
  readonly nested?: true;
  readonly allowSmall?: true;
  readonly strict?: true;
  readonly maxPixels?: number;
  readonly workers?: number;
  readonly unknown: boolean;
  readonly falseRejection?: number;
  readonly measureUnknown?: boolean;
  readonly json?: true;
}

const trainKeys = [
  'out',
  'head',
  'validationPercent',
  'testPercent',
  'seed',
  'split',
  'nested',
  'allowSmall',
  'strict',
  'maxPixels',
  'views',
  'testViews',
  'augment',
  'workers',
  'unknown',
  'measureUnknown',
] as const satisfies (keyof TrainFlags)[];

/** Adds what `regraft train` takes and does. */
export function define(command: Command, context: CommandContext): void {
  command
    .description(
      'Trains a classifier on a folder with one folder of photos for each class, and tests it on photos it has not seen.',
    )
    .argument(
      '[photos]',
      'folder of class folders, folder with train/ val/ test/, or CSV with path,label[,split] or path,labels[,split]',
    )
    .option(
      '-o, --out <folder>',
      'where model.onnx, report.html and the rest go (default: <name>-model, with --repeats <name>-repeats)',
    )
    .option('--json', 'print the record of the run as one JSON document on stdout')
    .optionsGroup('Photos:')
    .option('--classes <names>', 'the only classes to train on, comma-separated (default: all)', listOption)
    .option(
      '--class <name>',
      'one such class; may be given several times',
      (name: string, before: string[] | undefined) => [...(before ?? []), name],
    )
    .option('--nested', 'each folder inside a class folder is a class of its own')
    .option(
      '--validation-percent <n>',
      'share of the photos to choose settings on (default: 10)',
      integerOption('--validation-percent', 1, 80),
    )
    .option(
      '--test-percent <n>',
      'share of the photos to test on (default: 10)',
      integerOption('--test-percent', 1, 80),
    )
    .option('--split <file>', 'use the parts of a split.csv instead')
    .option(
      '--seed <n>',
      'salts the split and every other random choice (default: 0)',
      integerOption('--seed', 0, 0xffff_ffff),
    )
    .option(
      '--repeats <n>',
      'train with this many seeds from --seed on, and give mean and spread',
      integerOption('--repeats', 2, 100),
    )
    .option('--allow-small', 'allow classes too small for three parts')
    .option('--strict', 'stop at the first photo that cannot be read')
    .option('--max-pixels <n>', 'leave out photos with more pixels', integerOption('--max-pixels', 1))
    .optionsGroup('Views:')
    .option(
      '--views <n>',
      'views of each photo to learn from: 1, 2, 4, 10, or auto: ten where photos are few (default: auto)',
      viewsOption,
    )
    .option(
      '--test-views <n>',
      'views that the model averages (default: as many as --views, with auto 1)',
      viewCountOption('--test-views'),
    )
    .option(
      '--augment <how>',
      'augmented views to learn from too: none, colour or strong (default: none)',
      choiceOption('--augment', augments),
    );
  addNetworkFlags(command);
  command
    .option('--bottlenecks <folder>', "train on retrain.py's bottleneck text files instead of photos")
    .option(
      '--workers <n>',
      'threads that compute (default: one for each core)',
      integerOption('--workers', 1, 256),
    );
  addHeadOptions(command);
  addTuningFlags(command);
  command
    .optionsGroup('Unknown photos:')
    .option('--no-unknown', 'make a model that takes every photo for one of its classes')
    .option(
      '--false-rejection <percent>',
      'share of the known photos that may be called unknown (default: 5)',
      percentOption('--false-rejection', 0.1, 50),
    )
    .option('--measure-unknown', 'measure it by leaving each class out, also where that takes longer')
    .option('--no-measure-unknown', 'do not measure it so');
  command
    .addHelpText('after', formatExamples(examples))
    .action((photos: string | undefined, flags: TrainFlags) => runTrain(photos, flags, context));
}

function viewsOption(text: string): ViewCount | 'auto' {
  return text === 'auto' ? text : viewCountOption('--views', 'auto, 1, 2, 4 or 10')(text);
}

function viewCountOption(flag: string, expected = '1, 2, 4 or 10'): (text: string) => ViewCount {
  return (text) => {
    const count = viewCounts.find((known) => String(known) === text);
    if (count !== undefined) return count;
    throw new RegraftError('INVALID_OPTION', `Expected ${expected} for ${flag} but received '${text}'.`);
  };
}

async function runTrain(
  photos: string | undefined,
  flags: TrainFlags,
  context: CommandContext,
): Promise<void> {
  const { json, bottlenecks, repeats, falseRejection } = flags;
  const source = chooseSource(photos, bottlenecks);
  const headOptions = readHeadOptions({ ...flags }, flags.head);
  const options = {
    ...pickTrainOptions(flags),
    ...readClasses(flags),
    ...readNetworkFlags(flags),
    ...readTuningFlags({ ...flags }),
    headOptions,
    ...(falseRejection !== undefined && { falseRejectionPercent: falseRejection }),
    ...(bottlenecks !== undefined && { bottlenecks: true }),
    onProgress: context.reporter.onProgress,
    signal: context.signal,
  };
  if (repeats !== undefined) {
    await runRepeats(source, { ...options, repeats }, json === true, context);
    return;
  }
  const { train } = await import('../../train.ts');
  const { run, folder } = await train(source, options);
  context.reporter.stop();
  if (json === true) context.printJson(run);
  else for (const line of formatTrainSummary(run, folder, context.out)) context.out.line(line);
}

function readClasses({ classes, class: single }: TrainFlags): Pick<TrainFlags, 'classes'> {
  return classes === undefined && single === undefined
    ? {}
    : { classes: [...(classes ?? []), ...(single ?? [])] };
}

async function runRepeats(
  source: string,
  options: TrainRepeatsOptions,
  json: boolean,
  context: CommandContext,
): Promise<void> {
  const { trainRepeats } = await import('../../train-repeats.ts');
  const { repeats, folder } = await trainRepeats(source, options);
  context.reporter.stop();
  if (json) context.printJson(repeats);
  else for (const line of formatRepeatsSummary(repeats, folder, context.out)) context.out.line(line);
}

function chooseSource(photos: string | undefined, bottlenecks: string | undefined): string {
  if (photos !== undefined && bottlenecks !== undefined) {
    throw new RegraftError(
      'INVALID_OPTION',
      `Expected photos or --bottlenecks but received both '${photos}' and '${bottlenecks}'.`,
      {
        hint: 'Leave one of them out.',
      },
    );
  }
  const source = photos ?? bottlenecks;
  if (source === undefined) {
    throw new RegraftError('INVALID_OPTION', 'Expected a folder of photos but received none.', {
      hint: 'For example: regraft train flowers',
    });
  }
  return source;
}

// The flags of every head are in the same object: only the training's own are passed on.
function pickTrainOptions(flags: TrainFlags): Pick<TrainFlags, (typeof trainKeys)[number]> {
  const picked = trainKeys.filter((key) => flags[key] !== undefined).map((key) => [key, flags[key]] as const);
  return Object.fromEntries(picked) as unknown as Pick<TrainFlags, (typeof trainKeys)[number]>;
}
