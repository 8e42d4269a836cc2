import type { Command } from 'commander';
import type { ClassMerge, ClassRename } from '../../update/options.ts';
import { mergeOption, renameOption } from '../class-changes.ts';
import type { CommandContext } from '../context.ts';
import { formatExamples } from '../help-text.ts';
import { integerOption } from '../option-values.ts';
import { formatUpdate } from '../terminal/update-block.ts';

const examples = [
  ['regraft update flowers-model --add new-flowers', 'learn from more photos: new-flowers/daisy/*.jpg, …'],
  ['regraft update flowers-model --rename rose=roses', 'another name for a class, without training'],
  ['regraft update flowers-model --merge roses,tulips=garden --remove daisy', 'fewer classes'],
  [
    'regraft update flowers-model --relabel corrected.csv --dry-run',
    'what labels would change (path,label), without doing it',
  ],
  ['regraft update flowers-model --add new-flowers --out flowers-2', 'keep the model as it is'],
] as const;

interface UpdateFlags {
  readonly add?: string[];
  readonly relabel?: string[];
  readonly remove?: string[];
  readonly merge?: ClassMerge[];
  readonly rename?: ClassRename[];
  readonly out?: string;
  readonly photos?: string[];
  readonly allowMissing?: true;
  readonly allowSmall?: true;
  readonly dryRun?: true;
  readonly workers?: number;
  readonly json?: true;
}

/** Adds what `regraft update` takes and does. */
export function define(command: Command, context: CommandContext): void {
  command
    .description(
      'Changes what a trained model knows and trains it again in seconds, as features of its photos are stored. Photos keep their part, so that the model is compared with the one before on the same test photos. Each change may be given several times; they are made in the order below.',
    )
    .argument('<model>', 'the folder that train wrote')
    .optionsGroup('Changes:')
    .option('--add <photos>', 'folder of class folders, or CSV, with photos to learn from as well', several)
    .option('--relabel <csv>', 'CSV with path,label of photos that belong to another class', several)
    .option('--remove <class>', 'forget a class and its photos', several)
    .option('--merge <classes>', 'make classes one: first,second=both', each(mergeOption))
    .option('--rename <names>', 'give a class another name: old=new', each(renameOption))
    .optionsGroup('How:')
    .option('-o, --out <folder>', 'where the updated model goes (default: its own folder)')
    .option(
      '--photos <folder>',
      'where to look for photos that were moved; may be given several times',
      several,
    )
    .option('--allow-missing', 'go on without photos that are found nowhere')
    .option('--allow-small', 'allow classes too small for three parts')
    .option('--dry-run', 'say what would change and write nothing')
    .option(
      '--workers <n>',
      'threads that compute (default: one for each core)',
      integerOption('--workers', 1, 256),
    )
    .option('--json', 'print what changed as one JSON document on stdout')
    .addHelpText('after', formatExamples(examples))
    .action((model: string, flags: UpdateFlags) => runUpdate(model, flags, context));
}

/** A flag that may be given several times. */
function each<T>(parse: (text: string) => T): (text: string, before: T[] | undefined) => T[] {
  return (text, before) => [...(before ?? []), parse(text)];
}

function several(text: string, before: string[] | undefined): string[] {
  return [...(before ?? []), text];
}

async function runUpdate(
  model: string,
  { add, relabel, remove, merge, rename, json, ...options }: UpdateFlags,
  context: CommandContext,
): Promise<void> {
  const { updateModel } = await import('../../update.ts');
  const { reporter, signal, out } = context;
  const update = await updateModel(
    model,
    { add, relabel, remove, merge, rename },
    { ...options, onProgress: reporter.onProgress, signal },
  );
  reporter.stop();
  if (json === true) context.printJson(update);
  else for (const line of formatUpdate(update, out)) out.line(line);
}
