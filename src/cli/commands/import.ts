import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { formatExamples } from '../help-text.ts';
import { addNetworkFlags, type NetworkFlags, readPreparationFlags } from '../network-flags.ts';
import { printable } from '../terminal/printable.ts';
import { formatShellPath } from '../terminal/shell-path.ts';
import { formatBytes } from '../terminal/units.ts';

const examples = [
  [
    'regraft import retrained_graph.pb --labels retrained_labels.txt --out flowers-model',
    "a classifier that TensorFlow's retrain.py made",
  ],
  [
    'regraft import tm-my-image-model.zip',
    'a Teachable Machine export (TensorFlow.js); its labels are inside',
  ],
  [
    'regraft import model.onnx --labels labels.txt --scaling imagenet',
    'a network with its own classes, as it is',
  ],
] as const;

interface ImportFlags extends NetworkFlags {
  readonly labels?: string;
  readonly out?: string;
  readonly json?: true;
}

/** Adds what `regraft import` takes and does. */
export function define(command: Command, context: CommandContext): void {
  command
    .description(
      'Makes a model of a classifier that was trained elsewhere. Nothing is trained: its classes stay its own.',
    )
    .argument('<network>', 'a file, a folder, an archive, or a source such as hf:<owner>/<name>#<path>')
    .option(
      '--labels <file>',
      'text file with the name of a class in each line, where its own files hold none',
    )
    .option('-o, --out <folder>', 'where model.onnx goes (default: <name>-model)')
    .option('--json', 'print one JSON document on stdout');
  addNetworkFlags(command, 'preparation');
  command
    .addHelpText('after', formatExamples(examples))
    .action((network: string, flags: ImportFlags) => runImport(network, flags, context));
}

async function runImport(network: string, flags: ImportFlags, context: CommandContext): Promise<void> {
  const { labels, out: folder, json } = flags;
  const { importClassifier } = await import('../../import-classifier.ts');
  const { reporter, signal, out } = context;
  const result = await importClassifier(network, {
    ...readPreparationFlags(flags),
    labels,
    out: folder,
    onProgress: reporter.onProgress,
    signal,
  });
  reporter.stop();
  if (json === true) {
    context.printJson(result);
    return;
  }
  const shown = result.labels.slice(0, 6).map(printable).join(', ');
  out.line(`${result.labels.length} classes: ${shown}${result.labels.length > 6 ? ', …' : ''}`);
  out.line(
    `Model   ${formatShellPath(result.model.path)}  ${out.colors.dim(formatBytes(result.model.bytes))}`,
  );
  out.line();
  out.line(`Next: ${out.colors.cyan(`regraft predict ${formatShellPath(result.folder)} photo.jpg`)}`);
}
