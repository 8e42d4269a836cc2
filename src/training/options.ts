import { basename, resolve, sep } from 'node:path';
import { z } from 'zod';
import { checkNetworkOptions, type NetworkOptions, networkOptions } from '../backbone/network-options.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { RegraftError } from '../errors.ts';
import { resolveTuningSettings, type TuningOptions, type TuningSettings } from '../finetune/settings.ts';
import { type HeadName, headNames, type ResolvedHead, resolveHeads, resolveScout } from '../head/trainers.ts';
import { regraftHome } from '../home.ts';
import {
  choice,
  commonOptions,
  flag,
  numberBetween,
  parseOptions,
  parsePath,
  positiveNumber,
  text,
  wholeNumber,
} from '../options.ts';
import type { OnProgress } from '../shared/progress.ts';
import type { ViewCount } from '../shared/photo-view.ts';
import { checkTuning } from './tuning-options.ts';
import { type ViewOptions, viewCount, viewOptions } from './views.ts';

/** Options of `train`; all are optional. */
export interface TrainOptions extends NetworkOptions, ViewOptions {
  /** Folder for the model and its report. @default `<dataset name>-model` in the working directory */
  readonly out?: string | undefined;
  /** A head, or `auto`: the best of those that suit most photos. @default 'auto' */
  readonly head?: HeadName | undefined;
  /** Options of the head's own. */
  readonly headOptions?: Readonly<Record<string, unknown>> | undefined;
  /** @default 10 */
  readonly validationPercent?: number | undefined;
  /** @default 10 */
  readonly testPercent?: number | undefined;
  /** Salts the split and every other random choice. @default 0 */
  readonly seed?: number | undefined;
  /** A `split.csv` of an earlier run: its photos keep their parts. */
  readonly split?: string | undefined;
  /** The only classes to train on: folders of other names are left out, and a CSV may name no other. @default all */
  readonly classes?: readonly string[] | undefined;
  /** Each folder inside a class folder is a class of its own. @default false */
  readonly nested?: boolean | undefined;
  /** Accepts classes with too few photos for three parts. @default false */
  readonly allowSmall?: boolean | undefined;
  /** Makes the first photo that cannot be used an error. @default false */
  readonly strict?: boolean | undefined;
  /** Photos with more pixels are left out. @default 120,000,000 */
  readonly maxPixels?: number | undefined;
  /** The source is a folder of bottleneck text files of retrain.py: trains a head alone. @default false */
  readonly bottlenecks?: boolean | undefined;
  /** Makes a model that tells photos of none of its classes. @default true */
  readonly unknown?: boolean | undefined;
  /** The percentage of known photos that may be taken for unknown ones, 0.1 to 50. @default 5 */
  readonly falseRejectionPercent?: number | undefined;
  /** Measures by leaving each class out how well unknown photos are told. @default with 3 to 10 classes and at most 300 photos to learn from */
  readonly measureUnknown?: boolean | undefined;
  /** Trains what lies behind a block of the network too: its name, a number of blocks from the end, or `all`. @default nothing: the network stays as it is */
  readonly fineTune?: string | number | undefined;
  /** How it is fine-tuned. */
  readonly tuning?: TuningOptions | undefined;
  /** Views of each photo that a fine-tuning draws from. @default 10 */
  readonly tuningViews?: ViewCount | undefined;
  /** Goes on with a fine-tuning of the same output folder that was interrupted. @default false */
  readonly resume?: boolean | undefined;
  /** Starts the part that is trained from drawn weights, to see what those of the network are worth. @default false */
  readonly fromScratch?: boolean | undefined;
  /** The most that a fine-tuning's activations may take on the disk, bytes, those included that are there; more is an error before it starts. @default the free space */
  readonly diskLimit?: number | undefined;
  /** The most memory that a fine-tuning may take, about, bytes: it takes fewer photos at once. @default 4 GiB */
  readonly memoryLimit?: number | undefined;
  /** The longest that a fine-tuning may be expected to take, minutes; a longer one is an error before it starts. @default any */
  readonly timeLimit?: number | undefined;
  /** Folder of networks and features. @default `REGRAFT_HOME`, else the platform's cache folder */
  readonly home?: string | undefined;
  /** Worker threads, one core each. @default all cores */
  readonly workers?: number | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

const percent = numberBetween(1, 80);
const schema = z.strictObject({
  ...commonOptions,
  out: text().optional(),
  ...networkOptions,
  ...viewOptions,
  head: choice(headNames).default('auto'),
  headOptions: z.record(z.string(), z.unknown(), { error: 'an object' }).default({}),
  validationPercent: percent.default(10),
  testPercent: percent.default(10),
  seed: wholeNumber(0).default(0),
  split: text().optional(),
  classes: classNames().optional(),
  nested: flag().default(false),
  allowSmall: flag().default(false),
  strict: flag().default(false),
  bottlenecks: flag().default(false),
  unknown: flag().default(true),
  falseRejectionPercent: numberBetween(0.1, 50).default(5),
  measureUnknown: flag().optional(),
  fineTune: z
    .union([z.string().min(1), wholeNumber(1)], { error: 'a block, a number of blocks from 1 on or "all"' })
    .optional(),
  tuning: z.record(z.string(), z.unknown(), { error: 'an object' }).optional(),
  tuningViews: viewCount().default(10),
  resume: flag().default(false),
  fromScratch: flag().default(false),
  diskLimit: wholeNumber(1).optional(),
  memoryLimit: wholeNumber(1).optional(),
  timeLimit: positiveNumber().optional(),
});

function classNames(): z.ZodArray<z.ZodString> {
  const error = 'a list of one or more names';
  return z.array(z.string({ error }).min(1, { error }), { error }).min(1, { error });
}

/** Options with every default filled in. */
export type ResolvedTrainOptions = Omit<
  z.output<typeof schema>,
  'home' | 'out' | 'head' | 'headOptions' | 'tuning'
> & {
  /** Absolute path of the folder of photos, or of the CSV. */
  readonly source: string;
  /** Absolute path of the folder for the model. */
  readonly out: string;
  readonly home: string;
  readonly head: HeadName;
  readonly tuning: TuningSettings;
  /** What an update trains on: photos that are found already, and the model whose place the new one takes. */
  readonly update?: { readonly dataset: Dataset; readonly modelSha256: string };
  /** The head that chooses taps. */
  readonly scout: ResolvedHead;
  /** The heads to choose from. */
  readonly heads: readonly ResolvedHead[];
  /** Paths as the caller wrote them, for the record. */
  readonly given: { readonly source: string; readonly out: string | null; readonly split: string | null };
};

/**
 * Validates the options and fills in the defaults.
 *
 * @throws RegraftError `INVALID_OPTION` naming the option, what was expected and what was found.
 */
export function resolveTrainOptions(photos: string, options: TrainOptions): ResolvedTrainOptions {
  const source = parsePath(photos, 'the folder of photos');
  const { out, home, head, headOptions, tuning, ...rest } = parseOptions(schema, options, 'train');
  const resolved = {
    ...rest,
    head,
    // It would be a score on features of the network that is left out.
    unknown: rest.unknown && !rest.fromScratch,
    tuning: resolveTuningSettings(tuning),
    heads: resolveHeads(head, headOptions),
    scout: resolveScout(headOptions),
    source: resolve(source),
    out: resolve(out ?? `${basename(resolve(source)).replace(/\.csv$/i, '')}-model`),
    home: resolve(home ?? regraftHome()),
    given: { source, out: out ?? null, split: rest.split ?? null },
  };
  checkPercents(resolved);
  checkClassNames(resolved);
  if (resolved.bottlenecks) refuseNetworkOptions(options);
  checkNetworkOptions(resolved);
  checkTuning(resolved, options);
  refuseInside(resolved.out, resolved.source);
  return resolved;
}

function checkClassNames({
  classes,
  bottlenecks,
}: Pick<ResolvedTrainOptions, 'classes' | 'bottlenecks'>): void {
  const twice = classes?.find((name, index) => classes.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new RegraftError(
      'INVALID_OPTION',
      `Expected different classes but received ${JSON.stringify(twice)} twice.`,
      {
        hint: 'Leave one of them out.',
      },
    );
  }
  if (classes !== undefined && bottlenecks) {
    throw new RegraftError('INVALID_OPTION', 'Expected no classes with bottlenecks but received some.', {
      hint: 'Leave the option out, or give a folder with the bottleneck files of these classes alone.',
    });
  }
}

function checkPercents({
  validationPercent,
  testPercent,
}: Pick<ResolvedTrainOptions, 'validationPercent' | 'testPercent'>): void {
  if (validationPercent + testPercent <= 90) return;
  throw new RegraftError(
    'INVALID_OPTION',
    `Expected the validation and test percentages to leave at least 10 % for training but received ${validationPercent} and ${testPercent}.`,
  );
}

/** Text files hold one bottleneck each, whatever network made it. */
function refuseNetworkOptions(options: TrainOptions): void {
  const names = Object.keys({ ...networkOptions, ...viewOptions }) as (
    keyof NetworkOptions | keyof ViewOptions
  )[];
  const option = names.find((name) => options[name] !== undefined);
  if (option === undefined) return;
  throw new RegraftError('INVALID_OPTION', `Expected no ${option} with bottlenecks but received one.`, {
    hint: 'Bottleneck files were computed already: leave it out, or train on the photos.',
  });
}

function refuseInside(out: string, source: string): void {
  if (out !== source && !out.startsWith(source + sep)) return;
  throw new RegraftError(
    'INVALID_OPTION',
    `The output folder ${out} lies inside the photos' folder ${source}.`,
    {
      hint: 'Choose a folder outside it: the report would be taken for photos in the next run.',
    },
  );
}
