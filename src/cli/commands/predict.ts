import type { Command } from 'commander';
import { RegraftError } from '../../errors.ts';
import type { CommandContext } from '../context.ts';
import { formatExamples } from '../help-text.ts';
import { integerOption } from '../option-values.ts';
import type { PredictFlags } from '../predict-photos.ts';

const examples = [
  ['regraft predict flowers-model photo.jpg', 'classify one photo'],
  [
    'regraft predict flowers-model holiday/ --top 3',
    'every photo of a folder, with the three most probable classes',
  ],
  ['regraft predict flowers-model/model.onnx holiday/ --csv > labels.csv', 'a table for a spreadsheet'],
  ['regraft predict flowers-model photo.jpg --json', 'for programs'],
  [
    "regraft predict flowers-model 'holiday/**/*.jpg' --jsonl | head",
    'a pattern; a line of JSON a photo, as they come',
  ],
  ['find . -name "*.jpg" | regraft predict flowers-model - --csv', 'paths from another program'],
  ['regraft predict flowers-model inbox/ --copy-to sorted', 'copy photos into folders of their classes'],
  [
    'regraft predict flowers-model photo.jpg --explain heat',
    'show which places of a photo speak for its class',
  ],
] as const;

/** Adds what `regraft predict` takes and does. */
export function define(command: Command, context: CommandContext): void {
  command
    .description(
      'Classifies photos. A photo that cannot be read is listed with the reason, and the rest goes on.',
    )
    .argument('<model>', 'the folder that train wrote, or its model.onnx')
    .argument(
      '<photos...>',
      'files, folders, patterns in quotes, CSV files with a column `path`, or - for paths on stdin',
    )
    .option(
      '--top <k>',
      'how many classes to give for each photo (default: 5 in JSON, 2 in lines, 1 in CSV)',
      integerOption('--top', 1),
    )
    .option('--json', 'print one JSON document on stdout')
    .option('--jsonl', 'print a line of JSON for each photo on stdout, as they come')
    .option('--csv', 'print CSV on stdout')
    .option('--copy-to <folder>', 'copy photos into folders of their classes in it; nothing is written over')
    .option(
      '--explain <folder>',
      'write a picture of each photo there that shows which places speak for its class',
    )
    .option('--max-pixels <n>', 'do not read photos with more pixels', integerOption('--max-pixels', 1))
    .option(
      '--workers <n>',
      'threads that compute (default: one for each core)',
      integerOption('--workers', 1, 256),
    )
    .addHelpText('after', `${formatExamples(examples)}\nExit code 1 only when no photo could be read.\n`)
    .action((model: string, photos: string[], flags: PredictFlags) =>
      runPredict(model, photos, flags, context),
    );
}

async function runPredict(
  model: string,
  paths: string[],
  flags: PredictFlags,
  context: CommandContext,
): Promise<void> {
  const formats = (['json', 'jsonl', 'csv'] as const).filter((name) => flags[name] === true);
  if (formats.length > 1) {
    const names = formats.map((name) => `--${name}`);
    const list = `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
    throw new RegraftError(
      'INVALID_OPTION',
      `Expected one of ${list} but received ${formats.length === 2 ? 'both' : 'all'}.`,
    );
  }
  const { predictPhotos } = await import('../predict-photos.ts');
  await predictPhotos(model, paths, flags, context);
}
