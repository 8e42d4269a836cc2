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
] as const;

/** Adds what `regraft predict` takes and does. */
export function define(command: Command, context: CommandContext): void {
  command
    .description(
      'Classifies photos. A photo that cannot be read is listed with the reason, and the rest goes on.',
    )
    .argument('<model>', 'the folder that train wrote, or its model.onnx')
    .argument('<photos...>', 'files and folders')
    .option(
      '--top <k>',
      'how many classes to give for each photo (default: 5 in JSON, 2 in lines, 1 in CSV)',
      integerOption('--top', 1),
    )
    .option('--json', 'print one JSON document on stdout')
    .option('--csv', 'print CSV on stdout')
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
  if (flags.json === true && flags.csv === true) {
    throw new RegraftError('INVALID_OPTION', 'Expected one of --json and --csv but received both.');
  }
  const { predictPhotos } = await import('../predict-photos.ts');
  await predictPhotos(model, paths, flags, context);
}
