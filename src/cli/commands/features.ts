import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { formatExamples } from '../help-text.ts';
import { addNetworkFlags, type NetworkFlags, readNetworkFlags } from '../network-flags.ts';
import { choiceOption, integerOption } from '../option-values.ts';
import { formatShellPath } from '../terminal/shell-path.ts';
import { formatSkipped } from '../terminal/skipped-block.ts';
import { countOf } from '../terminal/units.ts';

const examples = [
  [
    'regraft features flowers -o flowers.arrow',
    'a row for each photo: path, label, SHA-256, one column of values for each tap',
  ],
  [
    'regraft features flowers -o bottlenecks --format retrain-txt',
    "retrain.py's text files, one for each photo",
  ],
] as const;

const formats = ['arrow', 'retrain-txt'] as const;

interface FeaturesFlags extends NetworkFlags {
  readonly output: string;
  readonly format: (typeof formats)[number];
  readonly nested?: true;
  readonly maxPixels?: number;
  readonly workers?: number;
  readonly json?: true;
}

/** Adds what `regraft features` takes and does. */
export function define(command: Command, context: CommandContext): void {
  command
    .description(
      "Writes the pretrained network's features of photos to a file; what is stored already is not computed again.",
    )
    .argument('<photos>', 'folder of class folders, or CSV with path,label')
    .requiredOption('-o, --output <path>', 'file to write (a folder for retrain-txt)')
    .option('--format <format>', 'arrow or retrain-txt', choiceOption('--format', formats), formats[0])
    .option('--nested', 'each folder inside a class folder is a class of its own')
    .option('--max-pixels <n>', 'leave out photos with more pixels', integerOption('--max-pixels', 1))
    .option(
      '--workers <n>',
      'threads that compute (default: one for each core)',
      integerOption('--workers', 1, 256),
    )
    .option('--json', 'print one JSON document on stdout');
  addNetworkFlags(command);
  command
    .addHelpText('after', formatExamples(examples))
    .action((photos: string, flags: FeaturesFlags) => runFeatures(photos, flags, context));
}

async function runFeatures(photos: string, flags: FeaturesFlags, context: CommandContext): Promise<void> {
  const { json, output, format, nested, maxPixels, workers } = flags;
  const options = { ...readNetworkFlags(flags), output, format, nested, maxPixels, workers };
  const { exportFeatures } = await import('../../export-features.ts');
  const { reporter, signal, out } = context;
  const result = await exportFeatures(photos, { ...options, onProgress: reporter.onProgress, signal });
  reporter.stop();
  if (json === true) {
    context.printJson(result);
    return;
  }
  out.line(`Features of ${countOf(result.rows, 'photo')} in ${formatShellPath(flags.output)}`);
  for (const line of formatSkipped(result.skipped, out, 'see --json')) out.line(line);
}
