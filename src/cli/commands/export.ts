import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { formatExamples } from '../help-text.ts';
import { integerOption, percentOption } from '../option-values.ts';
import { formatExport } from '../terminal/export-block.ts';

const examples = [
  ['regraft export flowers-model --to onnx --opset 13', 'for a runtime that knows only older operators'],
  [
    'regraft export flowers-model --to onnx-int8 --max-accuracy-loss 0.5',
    'smaller and faster; nothing is written when it loses more than half a point',
  ],
  [
    'regraft export flowers-model --to onnx-fp16 --photos /mnt/photos',
    'half the size; the photos have moved since the training',
  ],
] as const;

interface ExportFlags {
  readonly to: string;
  readonly out?: string;
  readonly photos?: string;
  readonly opset?: number;
  readonly maxAccuracyLoss?: number;
  readonly maxPixels?: number;
  readonly workers?: number;
  readonly json?: true;
}

/** Adds what `regraft export` takes and does. */
export function define(command: Command, context: CommandContext): void {
  command
    .description('Writes a model in another form, and scores the test photos by both.')
    .argument('<model>', 'the folder that train wrote, or its model.onnx')
    .requiredOption('--to <form>', 'onnx, onnx-int8, onnx-fp16 or web')
    .option('-o, --out <folder>', 'where the files go (default: <model>-<form>)')
    .option(
      '--photos <folder>',
      'where the photos of the training are now, or labelled ones of a model without them',
    )
    .option(
      '--opset <n>',
      'operator set of --to onnx (default: that of the model)',
      integerOption('--opset', 1),
    )
    .option(
      '--max-accuracy-loss <points>',
      'write nothing when more points of test accuracy are lost',
      percentOption('--max-accuracy-loss', 0, 100),
    )
    .option('--json', 'print export.json on stdout')
    .option('--max-pixels <n>', 'leave out photos with more pixels', integerOption('--max-pixels', 1))
    .option(
      '--workers <n>',
      'threads that compute (default: one for each core)',
      integerOption('--workers', 1, 256),
    )
    .addHelpText('after', formatExamples(examples))
    .action((model: string, flags: ExportFlags) => runExport(model, flags, context));
}

async function runExport(model: string, flags: ExportFlags, context: CommandContext): Promise<void> {
  const { json, ...options } = flags;
  const { exportModel } = await import('../../export-model.ts');
  const { reporter, signal, out } = context;
  const { record, folder } = await exportModel(model, {
    ...options,
    onProgress: reporter.onProgress,
    signal,
  });
  reporter.stop();
  if (json === true) context.printJson(record);
  else for (const line of formatExport(record, folder, out)) out.line(line);
}
