import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { formatExamples } from '../help-text.ts';
import { integerOption } from '../option-values.ts';
import { formatLabelMetrics } from '../terminal/label-metrics-block.ts';
import { formatRejection } from '../terminal/rejection-block.ts';
import { formatMetrics } from '../terminal/metrics-block.ts';
import { formatSkipped } from '../terminal/skipped-block.ts';

const examples = [
  [
    'regraft evaluate flowers-model new-flowers',
    'accuracy on new-flowers/daisy/*.jpg, new-flowers/roses/*.jpg, …',
  ],
  [
    'regraft evaluate flowers-model new-flowers.csv --json',
    'photos listed in a CSV (path,label); figures as JSON',
  ],
  [
    'regraft evaluate flowers-model new-flowers --unknown holiday',
    'also how many photos of none of the classes it tells',
  ],
] as const;

interface EvaluateFlags {
  readonly nested?: true;
  readonly json?: true;
  readonly unknown?: string;
  readonly maxPixels?: number;
  readonly workers?: number;
}

/** Adds what `regraft evaluate` takes and does. */
export function define(command: Command, context: CommandContext): void {
  command
    .description('Measures a model on labelled photos. They should be photos that it was not trained on.')
    .argument('<model>', 'the folder that train wrote, or its model.onnx')
    .argument('<photos>', 'folder of class folders, or CSV with path,label or path,labels')
    .option('--nested', 'each folder inside a class folder is a class of its own')
    .option('--unknown <folder>', 'photos of none of the classes: how well the model tells them')
    .option('--json', 'print one JSON document on stdout')
    .option('--max-pixels <n>', 'leave out photos with more pixels', integerOption('--max-pixels', 1))
    .option(
      '--workers <n>',
      'threads that compute (default: one for each core)',
      integerOption('--workers', 1, 256),
    )
    .addHelpText('after', formatExamples(examples))
    .action((model: string, photos: string, flags: EvaluateFlags) =>
      runEvaluate(model, photos, flags, context),
    );
}

async function runEvaluate(
  model: string,
  photos: string,
  flags: EvaluateFlags,
  context: CommandContext,
): Promise<void> {
  const { json, ...options } = flags;
  const { evaluateModel } = await import('../../evaluate-model.ts');
  const { reporter, signal, out } = context;
  const result = await evaluateModel(model, photos, { ...options, onProgress: reporter.onProgress, signal });
  reporter.stop();
  if (json === true) {
    context.printJson(result);
    return;
  }
  const lines =
    result.multiLabel === undefined
      ? formatMetrics(result, result.labels, out)
      : formatLabelMetrics(result, result.multiLabel, out);
  for (const line of lines) out.line(line);
  for (const line of formatRejection(result.unknown)) out.line(line);
  const skipped = formatSkipped(result.skipped, out, 'see --json');
  if (skipped.length > 0) for (const line of ['', ...skipped]) out.line(line);
}
