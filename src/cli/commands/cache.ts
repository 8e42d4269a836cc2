import type { Command } from 'commander';
import type { Deleted } from '../../features/cache.ts';
import { regraftHome } from '../../home.ts';
import type { CommandContext } from '../context.ts';
import { addDefaultCommand } from '../default-command.ts';
import { formatExamples } from '../help-text.ts';
import { numberOption } from '../option-values.ts';
import { formatTable } from '../terminal/table.ts';
import { countOf, formatBytes } from '../terminal/units.ts';

const examples = [
  ['regraft cache', 'how much is stored, and where'],
  ['regraft cache prune --unused-days 7', 'remove features and activations that no run has used for a week'],
  ['regraft cache clear', 'remove all features and activations; networks stay'],
] as const;

interface JsonFlag {
  readonly json?: true;
}
interface PruneFlags extends JsonFlag {
  readonly unusedDays?: number;
}
interface ClearFlags extends JsonFlag {
  readonly all?: true;
}

/** Adds what `regraft cache` takes and does. */
export function define(command: Command, context: CommandContext): void {
  command
    .description(
      'Shows, prunes or clears what is stored. Whatever is removed is computed or fetched again when needed.',
    )
    .addHelpText('after', formatExamples(examples));
  addDefaultCommand(command, 'show', 'show how much is stored, and where')
    .option('--json', 'print one JSON document on stdout')
    .action((_: undefined, flags: JsonFlag) => showCache(flags, context));
  command
    .command('prune')
    .description(
      'remove features and activations that have not been used for some time, and what broken runs left behind',
    )
    .option('--unused-days <n>', 'days since the last use (default: 30)', numberOption('--unused-days', 0))
    .option('--json', 'print one JSON document on stdout')
    .action((flags: PruneFlags) => pruneStore(flags, context));
  command
    .command('clear')
    .description('remove all stored features and activations; networks stay')
    .option('--all', 'remove the networks and the photos of the demo too')
    .option('--json', 'print one JSON document on stdout')
    .action((flags: ClearFlags) => clearStore(flags, context));
}

async function showCache(flags: JsonFlag, context: CommandContext): Promise<void> {
  const { describeCache } = await import('../../features/cache.ts');
  const home = regraftHome();
  const parts = await describeCache(home);
  const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
  if (flags.json === true) {
    context.printJson({ home, bytes, parts });
    return;
  }
  const rows = parts.map((part) => [part.name, countOf(part.files, 'file'), formatBytes(part.bytes)]);
  context.out.line(home);
  for (const line of formatTable([...rows, ['in all', '', formatBytes(bytes)]], ['left', 'right', 'right'])) {
    context.out.line(`  ${line}`);
  }
}

async function pruneStore({ json, ...options }: PruneFlags, context: CommandContext): Promise<void> {
  const { pruneCache } = await import('../../features/cache.ts');
  printDeleted(await pruneCache(regraftHome(), options), json === true, context);
}

async function clearStore({ json, ...options }: ClearFlags, context: CommandContext): Promise<void> {
  const { clearCache } = await import('../../features/cache.ts');
  printDeleted(await clearCache(regraftHome(), options), json === true, context);
}

function printDeleted(deleted: Deleted, json: boolean, context: CommandContext): void {
  if (json) context.printJson(deleted);
  else context.out.line(`Removed ${countOf(deleted.files, 'file')}, ${formatBytes(deleted.bytes)}.`);
}
